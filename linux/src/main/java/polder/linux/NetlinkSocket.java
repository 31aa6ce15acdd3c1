package polder.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks the kernel about its network and gets an answer: netlink(7). For one thread at a time. */
final class NetlinkSocket implements AutoCloseable {
  static final int ROUTE = 0; // NETLINK_, linux/netlink.h
  static final int NETFILTER = 12;

  /** sizeof (struct sockaddr_nl). */
  static final int ADDRESS_SIZE = 12;

  private static final int AF_NETLINK = 16; // linux/socket.h
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;

  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_EXT_ACK = 11;
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_TRUNC = 0x20;
  private static final int ATTEMPTS = 10;
  private static final int SENDER = 4; // offset of nl_pid in struct sockaddr_nl
  private static final int GROUPS = 8;

  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_SNDBUFFORCE = 32;
  private static final int LARGEST_BATCH = 8 << 20; // bytes: it is one message

  private final Fd socket;
  private int sequence;

  private NetlinkSocket(Fd socket) {
    this.socket = socket;
  }

  /**
   * Opens one in the network namespace of the calling thread, where it stays.
   *
   * @param family {@link #ROUTE} or {@link #NETFILTER}
   */
  static NetlinkSocket open(int family) {
    Fd socket =
        new Fd(
            Kernel.check(
                Kernel.call(Nr.SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family),
                () -> "open a netlink socket"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
      MemorySegment room = arena.allocateFrom(ValueLayout.JAVA_INT, LARGEST_BATCH);
      Kernel.call(
          Nr.SETSOCKOPT,
          socket.number(),
          SOL_SOCKET,
          SO_SNDBUFFORCE,
          room.address(),
          room.byteSize());
      // words for errors: an old kernel does without
      Kernel.call(
          Nr.SETSOCKOPT,
          socket.number(),
          SOL_NETLINK,
          NETLINK_EXT_ACK,
          on.address(),
          on.byteSize());
    }
    return new NetlinkSocket(socket);
  }

  /**
   * Hears from now on what the kernel tells everybody in {@code group}. It takes an address of its
   * own for that: who has none counts as the kernel itself, which does not tell itself.
   */
  void join(int group) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(ValueLayout.JAVA_INT, GROUPS, 1 << (group - 1));
      Kernel.check(
          Kernel.call(Nr.BIND, socket.number(), address.address(), ADDRESS_SIZE),
          () -> "join netlink group " + group);
    }
  }

  /** What becomes readable with news. */
  Fd fd() {
    return socket;
  }

  /** Waits for news of the groups that were joined; ENOBUFS if some was lost. */
  List<NetlinkMessage> news(String what) {
    return NetlinkMessage.parse(receive(what));
  }

  /** Has something done. */
  void change(NetlinkRequest request, String what) {
    ask(request, what);
  }

  /** Asks for a list, again if it changed while it was told. */
  List<NetlinkMessage> dump(NetlinkRequest request, String what) {
    for (int attempt = 1; ; attempt++) {
      try {
        return ask(request, what);
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.EAGAIN) || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Sends requests in one message, which the kernel does wholly or not at all: nfnetlink's batch.
   * Each that asks for an acknowledgement is waited for.
   *
   * @throws SyscallException the first refusal
   */
  void batch(List<NetlinkRequest> requests, String what) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int first = sequence + 1;
    Set<Integer> awaited = new HashSet<>();
    for (NetlinkRequest each : requests) {
      sequence++;
      message.writeBytes(each.bytes(sequence));
      if (each.isAcknowledged()) {
        awaited.add(sequence);
      }
    }
    send(message.toByteArray(), what);
    while (!awaited.isEmpty()) {
      for (NetlinkMessage each : NetlinkMessage.parse(receive(what))) {
        if (each.sequence() < first || each.type() != NetlinkMessage.ERROR) {
          continue; // the rest of an answer that nobody waited for
        }
        if (each.errno() != 0) {
          throw refusal(each, what);
        }
        awaited.remove(each.sequence());
      }
    }
  }

  private static SyscallException refusal(NetlinkMessage message, String what) {
    String words = message.words();
    return new SyscallException(
        words.isEmpty() ? what : what + " (" + words + ")", new Errno(message.errno()));
  }

  /**
   * Sends a request and collects the answer, up to its acknowledgement or the end of the list.
   *
   * @throws SyscallException with the kernel's own words if it refuses; EAGAIN if what was listed
   *     changed meanwhile
   */
  List<NetlinkMessage> ask(NetlinkRequest request, String what) {
    sequence++;
    send(request.bytes(sequence), what);
    List<NetlinkMessage> answer = new ArrayList<>();
    while (true) {
      for (NetlinkMessage each : NetlinkMessage.parse(receive(what))) {
        if (each.sequence() != sequence) {
          continue; // the rest of an answer that nobody waited for
        }
        if ((each.flags() & NetlinkMessage.DUMP_INTERRUPTED) != 0) {
          throw new SyscallException(what + ": changed meanwhile", Errno.EAGAIN);
        }
        if (each.type() == NetlinkMessage.ERROR || each.type() == NetlinkMessage.DONE) {
          if (each.errno() != 0) {
            throw refusal(each, what);
          }
          return answer;
        }
        answer.add(each);
      }
    }
  }

  private void send(byte[] message, String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      Kernel.check(
          Kernel.restart(Nr.SENDTO, socket.number(), memory.address(), message.length, 0, 0, 0),
          () -> what);
    }
  }

  /** One datagram, whole. */
  private byte[] receive(String what) {
    while (true) {
      try (Arena arena = Arena.ofConfined()) {
        long size =
            Kernel.check(
                Kernel.restart(Nr.RECVFROM, socket.number(), 0, 0, MSG_PEEK | MSG_TRUNC, 0, 0),
                () -> what);
        MemorySegment memory = arena.allocate(Math.max(size, 1));
        MemorySegment sender = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_SIZE);
        Kernel.check(
            Kernel.restart(
                Nr.RECVFROM,
                socket.number(),
                memory.address(),
                size,
                0,
                sender.address(),
                length.address()),
            () -> what);
        if (sender.get(ValueLayout.JAVA_INT, SENDER) == 0) { // any process may write to us
          return memory.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
        }
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
