package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/**
 * A file of any kind, held by a descriptor, and what is changed of it without looking at its name
 * again: owner, mode, times, attributes. A symbolic link that is held is itself what is changed.
 */
public final class Node implements AutoCloseable {
  private static final int LONGEST_TARGET = 4096; // PATH_MAX, linux/limits.h

  private final Fd fd;

  private Node(Fd fd) {
    this.fd = fd;
  }

  /** The file that {@code fd} is open on. They are one: closing either closes both. */
  public static Node of(Fd fd) {
    return new Node(fd);
  }

  /** Its descriptor, which stays this object's. */
  public Fd fd() {
    return fd;
  }

  /** What the kernel says of it. */
  public Stat stat() {
    return Stat.of(fd);
  }

  /**
   * Gives it an owner and a group: fchownat(2). The kernel takes set-uid, set-gid and capabilities
   * away then, so those are set after.
   */
  public void owner(long uid, long gid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = Bytes.EMPTY.terminated(arena);
      Kernel.check(
          Kernel.call(Nr.FCHOWNAT, fd.number(), empty.address(), uid, gid, Stat.AT_EMPTY_PATH),
          () -> "give " + fd + " to " + uid + ":" + gid);
    }
  }

  /**
   * Sets its permissions, 0 to 07777. A symbolic link has none: {@code EOPNOTSUPP}.
   *
   * <p>By /proc/self/fd, as fchmod(2) refuses a descriptor that was opened only as a place.
   */
  public void mode(int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = procPath().terminated(arena);
      Kernel.check(
          Kernel.call(Nr.FCHMODAT, OpenFlags.AT_FDCWD, path.address(), mode),
          () -> "set mode %o of %s".formatted(mode, fd));
    }
  }

  /** As {@link #mode(int)}, and without a write if it has that mode already. */
  public void ensureMode(int mode) {
    if (stat().mode() != mode) {
      mode(mode);
    }
  }

  /** Sets when it was read and when it was changed last: utimensat(2). */
  public void times(Instant accessed, Instant modified) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = Bytes.EMPTY.terminated(arena);
      MemorySegment times = arena.allocate(ValueLayout.JAVA_LONG, 4); // struct timespec[2]
      times.setAtIndex(ValueLayout.JAVA_LONG, 0, accessed.getEpochSecond());
      times.setAtIndex(ValueLayout.JAVA_LONG, 1, accessed.getNano());
      times.setAtIndex(ValueLayout.JAVA_LONG, 2, modified.getEpochSecond());
      times.setAtIndex(ValueLayout.JAVA_LONG, 3, modified.getNano());
      Kernel.check(
          Kernel.call(
              Nr.UTIMENSAT, fd.number(), empty.address(), times.address(), Stat.AT_EMPTY_PATH),
          () -> "set the times of " + fd);
    }
  }

  /** Its extended attributes. */
  public Xattrs xattrs() {
    return new Xattrs(this);
  }

  /** The text of the symbolic link that it is: readlinkat(2). */
  public FilePath target() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = Bytes.EMPTY.terminated(arena);
      MemorySegment buffer = arena.allocate(LONGEST_TARGET);
      long got =
          Kernel.check(
              Kernel.call(
                  Nr.READLINKAT, fd.number(), empty.address(), buffer.address(), LONGEST_TARGET),
              () -> "read symbolic link " + fd);
      byte[] text = buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
      return new FilePath(Bytes.of(text));
    }
  }

  /**
   * Opens the regular file that it is for reading.
   *
   * @throws SyscallException {@code EINVAL} if it is something else; it is not touched then
   */
  public RegularFile read() {
    return open(OpenFlags.O_RDONLY, "read ");
  }

  /**
   * Opens the regular file that it is for reading and writing.
   *
   * @throws SyscallException {@code EINVAL} if it is something else; it is not touched then, so
   *     that no device notices
   */
  public RegularFile update() {
    return open(OpenFlags.O_RDWR, "write ");
  }

  private RegularFile open(long access, String what) {
    if (stat().type() != FileType.REGULAR) {
      throw new SyscallException(what + fd + ", which is no regular file", Errno.EINVAL);
    }
    return new RegularFile(
        Directory.openat(
            OpenFlags.AT_FDCWD,
            procPath(),
            access | OpenFlags.O_CLOEXEC | OpenFlags.O_NOCTTY,
            0,
            () -> what + fd));
  }

  /** Opens the directory that it is; this node stays open. */
  public Directory enter() {
    return Directory.at(this);
  }

  /**
   * A path of this process that leads to it for as long as it is held, whatever its names are by
   * now: for calls that take no descriptor. See proc_pid_fd(5).
   */
  public Bytes procPath() {
    return Bytes.of("/proc/self/fd/" + fd.number());
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "file " + fd;
  }
}
