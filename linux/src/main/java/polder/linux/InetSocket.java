package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A socket of UDP or TCP that never waits, in the network namespace where it was made: ip(7),
 * ipv6(7), udp(7), tcp(7). The JDK's know nothing of namespaces and devices.
 */
public final class InetSocket implements AutoCloseable {
  private static final int AF_INET = 2; // linux/socket.h
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1; // linux/net.h
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1; // asm-generic/socket.h
  private static final int SO_REUSEADDR = 2;
  private static final int SO_ERROR = 4;
  private static final int SO_BINDTODEVICE = 25;
  private static final int IPPROTO_IP = 0; // linux/in.h
  private static final int IP_FREEBIND = 15;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_ADD_MEMBERSHIP = 20; // linux/in6.h
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_FREEBIND = 78;

  private static final int MEMBERSHIP_SIZE = 20; // sizeof (struct ipv6_mreq)
  private static final int MEMBERSHIP_INDEX = 16;

  /** sizeof (struct sockaddr_in). */
  static final int ADDRESS_SIZE = 16;

  /** sizeof (struct sockaddr_in6). */
  static final int ADDRESS_SIZE_SIX = 28;

  static final int PORT = 2; // offsets: of both
  static final int FOUR = 4; // sin_addr
  static final int SIX = 8; // sin6_addr
  private static final int BACKLOG = 64;

  private final Fd fd;

  private InetSocket(Fd fd) {
    this.fd = fd;
  }

  /**
   * One end of what is sent.
   *
   * @param address four or sixteen bytes
   * @param port 0 to 65535
   */
  public record Peer(Bytes address, int port) {
    private boolean six() {
      return address.length() == 16;
    }
  }

  /**
   * A datagram.
   *
   * @param data all of it, or its beginning
   * @param whole whether it is all
   * @param from who sent it, as the packet says
   */
  public record Datagram(Bytes data, boolean whole, Peer from) {}

  /**
   * A connection that somebody made.
   *
   * @param socket the caller's now
   * @param from who
   */
  public record Accepted(InetSocket socket, Peer from) {}

  /**
   * Waits for datagrams, or with {@code stream} for connections, to an address that need not be
   * there yet.
   *
   * @param network the namespace, as {@link Namespace#of} gives it; it stays the caller's
   * @param device the interface by which they must come, whatever they are addressed to
   * @throws SyscallException EADDRINUSE if somebody waits there; ENODEV without such an interface
   */
  public static InetSocket await(Fd network, boolean stream, Peer local, Optional<String> device) {
    return NamespaceEntry.inside(network, () -> bound(stream, local, device));
  }

  private static InetSocket bound(boolean stream, Peer local, Optional<String> device) {
    InetSocket socket = make(stream, local.six());
    try {
      socket.option(SOL_SOCKET, SO_REUSEADDR, stream ? 1 : 0);
      if (local.six()) {
        socket.option(IPPROTO_IPV6, IPV6_V6ONLY, 1);
        socket.option(IPPROTO_IPV6, IPV6_FREEBIND, 1);
      } else {
        socket.option(IPPROTO_IP, IP_FREEBIND, 1);
      }
      device.ifPresent(socket::bindToDevice);
      socket.withAddress(local, Nr.BIND, "wait at");
      if (stream) {
        Kernel.check(
            Kernel.call(Nr.LISTEN, socket.fd.number(), BACKLOG), () -> "wait for connections");
      }
      return socket;
    } catch (RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Is one of {@code groups} of IPv6's on an interface, and hears nothing itself. Bridges then pass
   * on to the host what is sent to them, whoever else says that he wants it.
   *
   * @param network as {@link #await} has it
   * @param groups addresses of sixteen bytes
   * @param index of the interface
   * @throws SyscallException ENODEV without such an interface, or if it has no IPv6
   */
  public static InetSocket member(Fd network, List<Bytes> groups, int index) {
    return NamespaceEntry.inside(
        network,
        () -> {
          InetSocket socket = make(false, true);
          try (Arena arena = Arena.ofConfined()) {
            for (Bytes group : groups) {
              MemorySegment wish = arena.allocate(MEMBERSHIP_SIZE, Integer.BYTES);
              MemorySegment.copy(group.toArray(), 0, wish, ValueLayout.JAVA_BYTE, 0, 16);
              wish.set(ValueLayout.JAVA_INT, MEMBERSHIP_INDEX, index);
              String what = "be one of a group on interface %d".formatted(index);
              SocketCalls.option(socket.fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, wish, what);
            }
            return socket;
          } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
          }
        });
  }

  /**
   * Speaks to one address only, from a port that the kernel draws, in the namespace of the calling
   * thread. With {@code stream} the connection is there when it can be written to.
   *
   * @throws SyscallException ENETUNREACH and others
   */
  public static InetSocket call(boolean stream, Peer to) {
    InetSocket socket = make(stream, to.six());
    try {
      socket.withAddress(to, Nr.CONNECT, "call");
      return socket;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EINPROGRESS)) {
        return socket;
      }
      socket.close();
      throw e;
    }
  }

  private static InetSocket make(boolean stream, boolean six) {
    int type = (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    return new InetSocket(
        new Fd(
            Kernel.check(
                Kernel.call(Nr.SOCKET, six ? AF_INET6 : AF_INET, type, 0), () -> "open a socket")));
  }

  private void option(int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      SocketCalls.option(fd, level, name, on, "set option %d of a socket".formatted(name));
    }
  }

  private void bindToDevice(String device) {
    byte[] name = device.getBytes(StandardCharsets.US_ASCII);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, name);
      String what = "bind a socket to interface " + device;
      SocketCalls.option(fd, SOL_SOCKET, SO_BINDTODEVICE, memory, what);
    }
  }

  private void withAddress(Peer peer, int call, String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, peer);
      Kernel.check(
          Kernel.restart(call, fd.number(), address.address(), address.byteSize()),
          () -> "%s port %d".formatted(what, peer.port()));
    }
  }

  private static MemorySegment address(Arena arena, Peer peer) {
    MemorySegment memory = arena.allocate(peer.six() ? ADDRESS_SIZE_SIX : ADDRESS_SIZE, 4);
    memory.set(ValueLayout.JAVA_SHORT, 0, (short) (peer.six() ? AF_INET6 : AF_INET));
    memory.set(ValueLayout.JAVA_BYTE, PORT, (byte) (peer.port() >> 8));
    memory.set(ValueLayout.JAVA_BYTE, PORT + 1, (byte) peer.port());
    byte[] bytes = peer.address().toArray();
    MemorySegment.copy(
        bytes, 0, memory, ValueLayout.JAVA_BYTE, peer.six() ? SIX : FOUR, bytes.length);
    return memory;
  }

  private static Peer peer(MemorySegment memory) {
    boolean six = memory.get(ValueLayout.JAVA_SHORT, 0) == AF_INET6;
    int port =
        (memory.get(ValueLayout.JAVA_BYTE, PORT) & 0xff) << 8
            | (memory.get(ValueLayout.JAVA_BYTE, PORT + 1) & 0xff);
    byte[] address = memory.asSlice(six ? SIX : FOUR, six ? 16 : 4).toArray(ValueLayout.JAVA_BYTE);
    return new Peer(Bytes.of(address), port);
  }

  /** Ready to be read when something came. Belongs to this. */
  public Fd fd() {
    return fd;
  }

  /**
   * A datagram that has come; empty if none has.
   *
   * @param largest of a longer one only so many bytes
   * @throws SyscallException ECONNREFUSED if whom we {@link #call} does not listen
   */
  public Optional<Datagram> receive(int largest) {
    try (Arena arena = Arena.ofConfined()) {
      return SocketCalls.receive(arena, fd, largest, ADDRESS_SIZE_SIX)
          .map(heard -> new Datagram(heard.data(), heard.whole(), peer(heard.sender())));
    }
  }

  /**
   * Sends a datagram; where there is no room it is lost, as any may be.
   *
   * @param to whom; nobody needs to be named by a socket that speaks to one only
   */
  public void send(byte[] data, Optional<Peer> to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = to.map(peer -> address(arena, peer)).orElse(MemorySegment.NULL);
      long result = SocketCalls.send(arena, fd, data, 0, address);
      if (result != -Errno.EAGAIN.number()) {
        Kernel.check(result, () -> "send a datagram");
      }
    }
  }

  /**
   * Sends a part of {@code data} over a connection.
   *
   * @return how many bytes; 0 if there is no room
   * @throws SyscallException EPIPE or ECONNRESET if nobody is there any more
   */
  public int write(byte[] data, int offset) {
    try (Arena arena = Arena.ofConfined()) {
      long result = SocketCalls.send(arena, fd, data, offset, MemorySegment.NULL);
      return result == -Errno.EAGAIN.number()
          ? 0
          : (int) Kernel.check(result, () -> "write to a connection");
    }
  }

  /**
   * A connection that somebody made; empty if nobody has.
   *
   * @throws SyscallException EMFILE if there is no room for one; who called waits on
   */
  public Optional<Accepted> accept() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sender = arena.allocate(ADDRESS_SIZE_SIX, 4);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_SIZE_SIX);
      long result =
          Kernel.restart(
              Nr.ACCEPT4,
              fd.number(),
              sender.address(),
              length.address(),
              SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (result == -Errno.EAGAIN.number() || result == -Errno.ECONNABORTED.number()) {
        return Optional.empty();
      }
      Kernel.check(result, () -> "accept a connection");
      return Optional.of(new Accepted(new InetSocket(new Fd(result)), peer(sender)));
    }
  }

  /** Why the connection could not be made, or broke; empty if it is there. */
  public Optional<Errno> error() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      Kernel.check(
          Kernel.call(
              Nr.GETSOCKOPT, fd.number(), SOL_SOCKET, SO_ERROR, value.address(), length.address()),
          () -> "ask a socket for its error");
      int error = value.get(ValueLayout.JAVA_INT, 0);
      return error == 0 ? Optional.empty() : Optional.of(new Errno(error));
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
