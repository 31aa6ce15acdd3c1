package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bytes go in at one end and come out at the other: pipe(7).
 *
 * @param reader the end to read from
 * @param writer the end to write to
 */
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
  private static final long F_SETPIPE_SZ = 1031; // linux/fcntl.h
  private static final long F_GETPIPE_SZ = 1032;

  /** A new one: pipe2(2). */
  public static Pipe open() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      Kernel.check(Kernel.call(Nr.PIPE2, ends.address(), OpenFlags.O_CLOEXEC), () -> "make a pipe");
      return new Pipe(
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
    }
  }

  /** How many bytes fit into the pipe or FIFO that {@code fd} is open on. */
  public static int capacity(Fd fd) {
    return (int)
        Kernel.check(
            Kernel.call(Nr.FCNTL, fd.number(), F_GETPIPE_SZ, 0),
            () -> "ask for the capacity of " + fd);
  }

  /**
   * Makes room for at least {@code bytes} in the pipe or FIFO that {@code fd} is open on.
   *
   * @return for how many there is room now
   * @throws SyscallException EPERM above /proc/sys/fs/pipe-max-size without CAP_SYS_RESOURCE
   */
  public static int setCapacity(Fd fd, int bytes) {
    return (int)
        Kernel.check(
            Kernel.call(Nr.FCNTL, fd.number(), F_SETPIPE_SZ, bytes),
            () -> "make room for %d bytes in %s".formatted(bytes, fd));
  }

  @Override
  public void close() {
    reader.close();
    writer.close();
  }
}
