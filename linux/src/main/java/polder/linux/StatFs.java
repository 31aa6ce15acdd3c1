package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A file system's kind and room: statfs(2), the layout of x86-64.
 *
 * @param magic its kind, linux/magic.h
 * @param blockSize in bytes; the block counts are in this unit
 * @param blocks all of them
 * @param blocksFree those that are free
 * @param blocksAvailable those that are free for who is not root
 * @param files how many inodes there can be; 0 where that is not limited
 * @param filesFree how many more
 * @param nameMax the longest file name, in bytes
 * @param flags {@code ST_} flags of the mount: statvfs(3)
 */
public record StatFs(
    long magic,
    long blockSize,
    long blocks,
    long blocksFree,
    long blocksAvailable,
    long files,
    long filesFree,
    long nameMax,
    long flags) {
  public static final long PROC = 0x9fa0; // linux/magic.h
  public static final long SYSFS = 0x62656572;
  public static final long TMPFS = 0x01021994;
  public static final long EXT4 = 0xef53;
  public static final long BTRFS = 0x9123683eL;
  public static final long XFS = 0x58465342;
  public static final long OVERLAY = 0x794c7630;
  public static final long CGROUP2 = 0x63677270;
  public static final long CGROUP = 0x27e0eb;
  public static final long DEVPTS = 0x1cd1;
  public static final long NSFS = 0x6e736673;

  /** sizeof (struct statfs). */
  static final int SIZE = 120;

  private static final long ST_RDONLY = 1; // linux/statfs.h

  /** Of the file system that {@code path} is on. */
  public static StatFs of(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(SIZE, Long.BYTES);
      Kernel.check(
          Kernel.restart(
              Nr.STATFS, arena.allocateFrom(path.toString()).address(), answer.address()),
          () -> "statfs " + path);
      return read(answer);
    }
  }

  /** Of the file system that {@code fd} is open on. */
  public static StatFs of(Fd fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(SIZE, Long.BYTES);
      Kernel.check(Kernel.restart(Nr.FSTATFS, fd.number(), answer.address()), () -> "statfs " + fd);
      return read(answer);
    }
  }

  private static StatFs read(MemorySegment answer) {
    return new StatFs(
        answer.getAtIndex(ValueLayout.JAVA_LONG, 0),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 1),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 2),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 3),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 4),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 5),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 6),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 8),
        answer.getAtIndex(ValueLayout.JAVA_LONG, 10));
  }

  /** Whether nothing can be written there: the file system or this mount of it. */
  public boolean readOnly() {
    return (flags & ST_RDONLY) != 0;
  }

  /** All room in bytes. */
  public long bytes() {
    return blocks * blockSize;
  }

  /** Room in bytes for who is not root. */
  public long bytesAvailable() {
    return blocksAvailable * blockSize;
  }

  /**
   * Makes sure that what was opened is what the kernel made, not a file that somebody put in its
   * place.
   *
   * @throws SyscallException EXDEV if this is another kind than {@code expected}
   */
  public void require(long expected, String what) {
    if (magic != expected) {
      throw new SyscallException(
          "%s is on a file system of kind 0x%x, expected 0x%x".formatted(what, magic, expected),
          Errno.EXDEV);
    }
  }
}
