package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Two Unix sockets that are connected with each other: socketpair(2).
 *
 * @param one one end
 * @param other the other
 */
public record SocketPair(Fd one, Fd other) implements AutoCloseable {
  private static final int AF_UNIX = 1; // linux/socket.h
  private static final int SOCK_STREAM = 1; // linux/net.h
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;

  /** A pair for bytes, both ways. */
  public static SocketPair stream() {
    return of(SOCK_STREAM);
  }

  /** A pair for messages, each read whole or cut off. */
  public static SocketPair packets() {
    return of(SOCK_SEQPACKET);
  }

  private static SocketPair of(int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      Kernel.check(
          Kernel.call(Nr.SOCKETPAIR, AF_UNIX, type | SOCK_CLOEXEC, 0, ends.address()),
          () -> "make a pair of sockets");
      return new SocketPair(
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 0)),
          new Fd(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
    }
  }

  @Override
  public void close() {
    one.close();
    other.close();
  }
}
