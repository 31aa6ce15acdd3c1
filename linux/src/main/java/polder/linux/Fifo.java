package polder.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A pipe that has a name: fifo(7). */
public final class Fifo {
  private static final long S_IFIFO = 0010000; // linux/stat.h

  private Fifo() {}

  /**
   * Makes one at {@code path}: mknod(2).
   *
   * @throws SyscallException EEXIST if something is there
   */
  public static void make(Path path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      Kernel.check(
          Kernel.restart(
              Nr.MKNODAT,
              OpenFlags.AT_FDCWD,
              arena.allocateFrom(path.toString()).address(),
              S_IFIFO | mode,
              0),
          () -> "make FIFO " + path);
    }
  }

  /**
   * Opens both ends at once. Whoever holds this keeps the pipe and what is in it: readers see no
   * end, and writers get no SIGPIPE.
   */
  public static Fd hold(Path path) {
    return open(path, OpenFlags.O_RDWR);
  }

  /**
   * As {@link #hold(Path)} of a pipe that {@code open} is a descriptor of, be its name gone or not;
   * reads and writes do not wait: EAGAIN.
   */
  public static Fd hold(Fd open) {
    return Procfs.open(
        "/proc/self/fd/" + open.number(),
        OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY);
  }

  /** Opens the end to read from, at once even if there is no writer; reads do not wait: EAGAIN. */
  public static Fd reader(Path path) {
    return open(path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
  }

  /**
   * Opens the end to write to; writes do not wait: EAGAIN.
   *
   * @throws SyscallException with errno 6 (ENXIO) if nobody holds the other end
   */
  public static Fd writer(Path path) {
    return open(path, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK);
  }

  private static Fd open(Path path, long flags) {
    return Procfs.open(path.toString(), flags | OpenFlags.O_NOFOLLOW | OpenFlags.O_NOCTTY);
  }
}
