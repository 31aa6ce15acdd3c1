package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * A socket below IP, on one interface, that never waits: packet(7). It hears some of the packets
 * that the interface receives, each with the hardware address that its frame came from, and sends
 * packets to a hardware address, whatever the kernel's routes and neighbours say.
 *
 * <p>What is heard is a copy, from before any IP rule was asked. Of checksums nobody has looked at
 * any: what comes from this machine may have none.
 */
public final class LinkSocket implements AutoCloseable {
  private static final int AF_PACKET = 17; // linux/socket.h
  private static final int SOCK_DGRAM = 2; // linux/net.h
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SO_MARK = 36;
  private static final int ETH_P_IP = 0x0800; // linux/if_ether.h
  private static final int ETH_P_IPV6 = 0x86dd;
  private static final int PACKET_OUTGOING = 4; // linux/if_packet.h
  private static final int MAC_LENGTH = 6;

  /** sizeof (struct sockaddr_ll). */
  static final int ADDRESS_SIZE = 20;

  static final int PROTOCOL = 2; // offsets
  static final int INDEX = 4;
  static final int TYPE = 10;
  static final int LENGTH = 11;
  static final int ADDRESS = 12;

  private static final int FILTER_SIZE = 8; // sizeof (struct sock_filter)
  private static final int PROGRAM_SIZE = 16; // sizeof (struct sock_fprog)
  private static final int PROGRAM_FILTER = 8;
  private static final int WHOLE = 0xffff; // what a filter answers to have a packet
  private static final int UDP = 17; // linux/in.h
  private static final int ICMP_SIX = 58;

  private final Fd fd;
  private final int index;
  private final boolean six;

  private LinkSocket(Fd fd, int index, boolean six) {
    this.fd = fd;
    this.index = index;
    this.six = six;
  }

  /**
   * A packet.
   *
   * @param data from its IP header on: all of it, or its beginning
   * @param whole whether it is all
   * @param from the hardware address that its frame says it came from, six bytes
   */
  public record Packet(Bytes data, boolean whole, Bytes from) {}

  /**
   * Hears IPv4 packets of UDP to {@code port}: not the later parts of one that came in parts.
   *
   * @param network the namespace, as {@link Namespace#of} gives it; it stays the caller's
   * @param index of the interface
   * @param mark what the kernel's rules know what is sent here by: {@code meta mark}
   * @throws SyscallException ENODEV without such an interface; EPERM
   */
  public static LinkSocket four(Fd network, int index, int port, int mark) {
    return NamespaceEntry.inside(network, () -> bound(index, false, four(port), mark));
  }

  /**
   * Hears IPv6 packets of UDP to {@code port} and of ICMP with {@code type}, in which nothing
   * stands between IPv6's header and theirs.
   *
   * @see #four(Fd, int, int, int)
   */
  public static LinkSocket six(Fd network, int index, int port, int type, int mark) {
    return NamespaceEntry.inside(network, () -> bound(index, true, six(port, type), mark));
  }

  private static List<BpfInstruction> four(int port) {
    return List.of(
        load(BpfInstruction.LOAD_BYTE, 9), // protocol
        jump(BpfInstruction.JUMP_EQUAL, UDP, 0, 6),
        load(BpfInstruction.LOAD_HALF, 6), // which part of a packet
        jump(BpfInstruction.JUMP_ANY_BIT, 0x1fff, 4, 0),
        load(BpfInstruction.LOAD_HEADER_LENGTH, 0),
        load(BpfInstruction.LOAD_HALF_AFTER_HEADER, 2),
        jump(BpfInstruction.JUMP_EQUAL, port, 0, 1),
        load(BpfInstruction.RETURN, WHOLE),
        load(BpfInstruction.RETURN, 0));
  }

  private static List<BpfInstruction> six(int port, int type) {
    return List.of(
        load(BpfInstruction.LOAD_BYTE, 6), // next header
        jump(BpfInstruction.JUMP_EQUAL, UDP, 0, 2),
        load(BpfInstruction.LOAD_HALF, 42),
        jump(BpfInstruction.JUMP_EQUAL, port, 3, 4),
        jump(BpfInstruction.JUMP_EQUAL, ICMP_SIX, 0, 3),
        load(BpfInstruction.LOAD_BYTE, 40),
        jump(BpfInstruction.JUMP_EQUAL, type, 0, 1),
        load(BpfInstruction.RETURN, WHOLE),
        load(BpfInstruction.RETURN, 0));
  }

  private static BpfInstruction load(int code, int k) {
    return new BpfInstruction(code, 0, 0, k);
  }

  private static BpfInstruction jump(int code, int k, int yes, int no) {
    return new BpfInstruction(code, yes, no, k);
  }

  private static LinkSocket bound(int index, boolean six, List<BpfInstruction> filter, int mark) {
    // without a protocol it hears nothing until it is bound, when the filter stands
    LinkSocket socket =
        new LinkSocket(
            new Fd(
                Kernel.check(
                    Kernel.call(Nr.SOCKET, AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                    () -> "open a socket below IP")),
            index,
            six);
    try (Arena arena = Arena.ofConfined()) {
      socket.filter(arena, filter);
      MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, mark);
      socket.option(SO_MARK, value);
      MemorySegment address = socket.address(arena, Optional.empty());
      Kernel.check(
          Kernel.call(Nr.BIND, socket.fd.number(), address.address(), address.byteSize()),
          () -> "listen below IP on interface %d".formatted(index));
      return socket;
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  private void filter(Arena arena, List<BpfInstruction> filter) {
    MemorySegment instructions = arena.allocate((long) FILTER_SIZE * filter.size(), Long.BYTES);
    for (int i = 0; i < filter.size(); i++) {
      BpfInstruction each = filter.get(i);
      long at = (long) FILTER_SIZE * i;
      instructions.set(ValueLayout.JAVA_SHORT, at, (short) each.code());
      instructions.set(ValueLayout.JAVA_BYTE, at + 2, (byte) each.jumpTrue());
      instructions.set(ValueLayout.JAVA_BYTE, at + 3, (byte) each.jumpFalse());
      instructions.set(ValueLayout.JAVA_INT, at + 4, each.k());
    }
    MemorySegment program = arena.allocate(PROGRAM_SIZE, Long.BYTES);
    program.set(ValueLayout.JAVA_SHORT, 0, (short) filter.size());
    program.set(ValueLayout.JAVA_LONG, PROGRAM_FILTER, instructions.address());
    option(SO_ATTACH_FILTER, program);
  }

  private void option(int name, MemorySegment value) {
    SocketCalls.option(fd, SOL_SOCKET, name, value, "set option %d of a socket".formatted(name));
  }

  private MemorySegment address(Arena arena, Optional<Bytes> to) {
    MemorySegment memory = arena.allocate(ADDRESS_SIZE, Integer.BYTES);
    int protocol = six ? ETH_P_IPV6 : ETH_P_IP;
    memory.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
    memory.set(ValueLayout.JAVA_BYTE, PROTOCOL, (byte) (protocol >> 8));
    memory.set(ValueLayout.JAVA_BYTE, PROTOCOL + 1, (byte) protocol);
    memory.set(ValueLayout.JAVA_INT, INDEX, index);
    if (to.isPresent()) {
      byte[] mac = to.get().toArray();
      memory.set(ValueLayout.JAVA_BYTE, LENGTH, (byte) mac.length);
      MemorySegment.copy(mac, 0, memory, ValueLayout.JAVA_BYTE, ADDRESS, mac.length);
    }
    return memory;
  }

  /** Ready to be read when something came. Belongs to this. */
  public Fd fd() {
    return fd;
  }

  /**
   * A packet that has come; empty if none has.
   *
   * @param largest of a longer one only so many bytes
   * @throws SyscallException ENETDOWN once the interface is switched off or gone
   */
  public Optional<Packet> receive(int largest) {
    try (Arena arena = Arena.ofConfined()) {
      while (true) {
        Optional<SocketCalls.Heard> heard = SocketCalls.receive(arena, fd, largest, ADDRESS_SIZE);
        if (heard.isEmpty()) {
          return Optional.empty();
        }
        MemorySegment sender = heard.get().sender();
        if (sender.get(ValueLayout.JAVA_BYTE, TYPE) != PACKET_OUTGOING
            && sender.get(ValueLayout.JAVA_BYTE, LENGTH) == MAC_LENGTH) {
          byte[] from = sender.asSlice(ADDRESS, MAC_LENGTH).toArray(ValueLayout.JAVA_BYTE);
          return Optional.of(new Packet(heard.get().data(), heard.get().whole(), Bytes.of(from)));
        }
      }
    }
  }

  /**
   * Sends a packet; where there is no room it is lost, as any may be.
   *
   * @param data from its IP header on, which has its checksums
   * @param to the hardware address, six bytes
   */
  public void send(byte[] data, Bytes to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, Optional.of(to));
      long result = SocketCalls.send(arena, fd, data, 0, address);
      if (result != -Errno.EAGAIN.number() && result != -Errno.ENOBUFS.number()) {
        Kernel.check(result, () -> "send a packet");
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
