package polder.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One end of a pair of SOCK_SEQPACKET sockets: messages stay whole, carry descriptors, and say
 * which process sent them. unix(7)
 */
final class PacketSocket implements AutoCloseable {
  private static final long AF_UNIX = 1; // bits/socket.h
  private static final long SOCK_SEQPACKET_CLOEXEC = 5 | 0x80000;
  private static final long SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int SCM_CREDENTIALS = 2;
  private static final long SO_PASSCRED = 16;
  private static final long MSG_NOSIGNAL = 0x4000;
  private static final long MSG_CMSG_CLOEXEC = 0x4000_0000;
  private static final long ECONNRESET = 104; // asm-generic/errno.h
  private static final long MSGHDR_SIZE = 56;
  private static final long CMSGHDR_SIZE = 16;

  private final Fd fd;

  PacketSocket(Fd fd) {
    this.fd = fd;
  }

  /**
   * The two ends of a new pair.
   *
   * @param ours our end
   * @param theirs the end to give away
   */
  record Pair(PacketSocket ours, Fd theirs) {}

  /**
   * What was received.
   *
   * @param length in bytes; 0 at the end
   * @param first the first eight bytes, as a number
   * @param second the eight after them
   * @param sender the pid of who sent it, as our own pid namespace counts
   */
  record Message(int length, long first, long second, int sender) {}

  static Pair pair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(8, 4);
      Kernel.check(
          Kernel.call(Nr.SOCKETPAIR, AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0, ends.address()),
          () -> "make a socket pair");
      var ours = new PacketSocket(new Fd(ends.get(JAVA_INT, 0)));
      return new Pair(ours, new Fd(ends.get(JAVA_INT, 4)));
    }
  }

  /** From now on messages say who sent them. */
  void askForSenders() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_INT, 1);
      Kernel.check(
          Kernel.call(Nr.SETSOCKOPT, fd.number(), SOL_SOCKET, SO_PASSCRED, one.address(), 4),
          () -> "set SO_PASSCRED");
    }
  }

  /**
   * Sends one message with descriptors.
   *
   * @return 0 or {@code -errno}; {@code -EPIPE} if nobody is there
   */
  long send(byte[] bytes, List<Fd> descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      long controlLength = CMSGHDR_SIZE + 4L * descriptors.size();
      long controlSpace = controlLength + 7 & ~7L;
      MemorySegment body = arena.allocate(bytes.length, 8);
      MemorySegment.copy(bytes, 0, body, JAVA_BYTE, 0, bytes.length);
      MemorySegment iovec = arena.allocate(16, 8);
      iovec.set(JAVA_LONG, 0, body.address());
      iovec.set(JAVA_LONG, 8, bytes.length);
      MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
      header.set(JAVA_LONG, 16, iovec.address());
      header.set(JAVA_LONG, 24, 1);
      if (!descriptors.isEmpty()) {
        MemorySegment control = arena.allocate(controlSpace, 8);
        control.set(JAVA_LONG, 0, controlLength);
        control.set(JAVA_INT, 8, (int) SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
          control.set(JAVA_INT, CMSGHDR_SIZE + 4L * i, descriptors.get(i).number());
        }
        header.set(JAVA_LONG, 32, control.address());
        header.set(JAVA_LONG, 40, controlSpace);
      }
      long result = Kernel.restart(Nr.SENDMSG, fd.number(), header.address(), MSG_NOSIGNAL);
      return Math.min(result, 0);
    }
  }

  /** Waits for one message of at most sixteen bytes. */
  Message receive() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(16, 8);
      MemorySegment iovec = arena.allocate(16, 8);
      iovec.set(JAVA_LONG, 0, body.address());
      iovec.set(JAVA_LONG, 8, body.byteSize());
      MemorySegment control = arena.allocate(CMSGHDR_SIZE + 16, 8); // struct ucred is 12 bytes
      MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
      header.set(JAVA_LONG, 16, iovec.address());
      header.set(JAVA_LONG, 24, 1);
      header.set(JAVA_LONG, 32, control.address());
      header.set(JAVA_LONG, 40, control.byteSize());
      long length = Kernel.restart(Nr.RECVMSG, fd.number(), header.address(), MSG_CMSG_CLOEXEC);
      if (length == -ECONNRESET) { // they left messages of ours unread; theirs are still there
        length = Kernel.restart(Nr.RECVMSG, fd.number(), header.address(), MSG_CMSG_CLOEXEC);
      }
      int received = (int) Kernel.check(length, () -> "receive from " + fd);
      boolean credentials =
          header.get(JAVA_LONG, 40) >= CMSGHDR_SIZE && control.get(JAVA_INT, 12) == SCM_CREDENTIALS;
      return new Message(
          received,
          body.get(JAVA_LONG, 0),
          body.get(JAVA_LONG, 8),
          credentials ? control.get(JAVA_INT, CMSGHDR_SIZE) : 0);
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
