package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** What sockets of datagrams ask of the kernel alike: recvfrom(2), sendto(2), setsockopt(2). */
final class SocketCalls {
  private static final int MSG_TRUNC = 0x20; // linux/socket.h
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ALIGNMENT = 4; // of all addresses

  private SocketCalls() {}

  /**
   * What has come.
   *
   * @param data all of it, or its beginning
   * @param whole whether it is all
   * @param sender the address of who sent it, in the kernel's form
   */
  record Heard(Bytes data, boolean whole, MemorySegment sender) {}

  /** What has come, {@code largest} bytes of it at most; empty if nothing has. */
  static Optional<Heard> receive(Arena arena, Fd fd, int largest, int addressSize) {
    MemorySegment data = arena.allocate(largest);
    MemorySegment sender = arena.allocate(addressSize, ALIGNMENT);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, addressSize);
    long got =
        Kernel.restart(
            Nr.RECVFROM,
            fd.number(),
            data.address(),
            largest,
            MSG_TRUNC,
            sender.address(),
            length.address());
    if (got == -Errno.EAGAIN.number()) {
      return Optional.empty();
    }
    Kernel.check(got, () -> "receive a datagram");
    Bytes bytes = Bytes.of(data.asSlice(0, Math.min(got, largest)).toArray(ValueLayout.JAVA_BYTE));
    return Optional.of(new Heard(bytes, got <= largest, sender));
  }

  /**
   * Sends what goes at once or not at all.
   *
   * @param to in the kernel's form; {@link MemorySegment#NULL} where the socket knows
   * @return what the kernel answers: how many bytes, or an error below 0
   */
  static long send(Arena arena, Fd fd, byte[] data, int offset, MemorySegment to) {
    int length = data.length - offset;
    MemorySegment memory = arena.allocate(Math.max(1, length));
    MemorySegment.copy(data, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
    return Kernel.restart(
        Nr.SENDTO,
        fd.number(),
        memory.address(),
        length,
        MSG_NOSIGNAL,
        to.address(),
        to.byteSize());
  }

  /** Sets an option, or says {@code what} cannot be done. */
  static void option(Fd fd, int level, int name, MemorySegment value, String what) {
    Kernel.check(
        Kernel.call(Nr.SETSOCKOPT, fd.number(), level, name, value.address(), value.byteSize()),
        () -> what);
  }
}
