package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/**
 * What the kernel says of an inode: statx(2).
 *
 * @param type its kind
 * @param mode permissions with set-uid, set-gid and sticky: 0 to 07777
 * @param uid who owns it, 0 to 2^32 - 1
 * @param gid which group owns it, 0 to 2^32 - 1
 * @param size bytes
 * @param blocks room taken on the disk, in units of 512 bytes
 * @param links how many names it has
 * @param inode its number within its file system
 * @param device the file system it is on
 * @param special for a device, which
 * @param accessed when read last
 * @param modified when its contents changed last
 * @param changed when it changed last in any way
 * @param mount the mount through which it was seen
 */
public record Stat(
    FileType type,
    int mode,
    long uid,
    long gid,
    long size,
    long blocks,
    long links,
    long inode,
    DeviceNumber device,
    DeviceNumber special,
    Instant accessed,
    Instant modified,
    Instant changed,
    long mount) {

  static final int AT_EMPTY_PATH = 0x1000; // linux/fcntl.h
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final long SIZE = 256; // struct statx, linux/stat.h
  private static final long STATX_BASIC_STATS = 0x7ff;
  private static final long STATX_MNT_ID = 0x1000;

  /** Of the open file itself. */
  public static Stat of(Fd fd) {
    return at(fd, Bytes.EMPTY, AT_EMPTY_PATH);
  }

  /** Whether {@code other} is the same inode. */
  public boolean isSameFile(Stat other) {
    return inode == other.inode && device.equals(other.device);
  }

  static Stat at(Fd directory, Bytes name, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = name.terminated(arena);
      MemorySegment buffer = arena.allocate(SIZE, 8);
      Kernel.check(
          Kernel.restart(
              Nr.STATX,
              directory.number(),
              path.address(),
              flags,
              STATX_BASIC_STATS | STATX_MNT_ID,
              buffer.address()),
          () -> name.isEmpty() ? "look at " + directory : "look at '" + name + "'");
      return from(buffer);
    }
  }

  private static Stat from(MemorySegment s) {
    int mode = s.get(ValueLayout.JAVA_SHORT, 28) & 0xffff;
    return new Stat(
        FileType.ofMode(mode),
        mode & 0xfff,
        Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, 20)),
        Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, 24)),
        s.get(ValueLayout.JAVA_LONG, 40),
        s.get(ValueLayout.JAVA_LONG, 48),
        Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, 16)),
        s.get(ValueLayout.JAVA_LONG, 32),
        new DeviceNumber(s.get(ValueLayout.JAVA_INT, 136), s.get(ValueLayout.JAVA_INT, 140)),
        new DeviceNumber(s.get(ValueLayout.JAVA_INT, 128), s.get(ValueLayout.JAVA_INT, 132)),
        time(s, 64),
        time(s, 112),
        time(s, 96),
        s.get(ValueLayout.JAVA_LONG, 144));
  }

  private static Instant time(MemorySegment s, long offset) {
    return Instant.ofEpochSecond(
        s.get(ValueLayout.JAVA_LONG, offset), s.get(ValueLayout.JAVA_INT, offset + 8));
  }
}
