package polder.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The addresses of a network namespace's interfaces: rtnetlink(7), RTM_NEWADDR and its kin. */
public final class Addresses {
  /** sizeof (struct ifaddrmsg), linux/if_addr.h. */
  static final int IFADDRMSG = 8;

  static final int IFADDRMSG_PREFIX = 1;
  static final int IFADDRMSG_INDEX = 4;

  static final int RTM_NEWADDR = 20; // linux/rtnetlink.h
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int IFA_ADDRESS = 1; // linux/if_addr.h
  static final int IFA_LOCAL = 2;
  static final int IFA_BROADCAST = 4;
  static final int IFA_FLAGS = 8;
  static final int IFA_F_NODAD = 0x02;
  static final int AF_INET = 2; // linux/socket.h
  static final int AF_INET6 = 10;

  private static final int IPV4 = 4;
  private static final int LONGEST_WITH_BROADCAST = 30; // RFC 3021

  private final NetlinkSocket socket;

  Addresses(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** All of them, of all interfaces. */
  public List<InterfaceAddress> list() {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETADDR, NetlinkMessage.DUMP).fixed(ByteBuffer.allocate(IFADDRMSG));
    List<InterfaceAddress> addresses = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "list network addresses")) {
      if (each.type() == RTM_NEWADDR) {
        address(each).ifPresent(addresses::add);
      }
    }
    return List.copyOf(addresses);
  }

  private static Optional<InterfaceAddress> address(NetlinkMessage message) {
    NetlinkAttributes attributes = message.attributes(IFADDRMSG);
    Bytes own = attributes.values().get(IFA_LOCAL); // with a peer, IFA_ADDRESS is the peer's
    Bytes value = own != null ? own : attributes.values().get(IFA_ADDRESS);
    return value == null
        ? Optional.empty()
        : Optional.of(
            new InterfaceAddress(
                message.integer(IFADDRMSG_INDEX),
                inet(value),
                Byte.toUnsignedInt(message.payload().at(IFADDRMSG_PREFIX))));
  }

  /**
   * Gives an interface an address. It is usable at once: nobody is asked whether he has it too.
   *
   * @param link the interface's index
   * @param prefix how many bits of it are the network's
   * @throws SyscallException EEXIST if it has it already
   */
  public void add(int link, InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    NetlinkRequest request =
        new NetlinkRequest(
                RTM_NEWADDR, NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE)
            .fixed(header(link, bytes, prefix))
            .attribute(IFA_LOCAL, bytes)
            .attribute(IFA_ADDRESS, bytes);
    if (bytes.length != IPV4) {
      request.attribute(IFA_FLAGS, IFA_F_NODAD);
    } else if (prefix <= LONGEST_WITH_BROADCAST) {
      int hosts = 0xffff_ffff >>> prefix;
      request.attribute(
          IFA_BROADCAST,
          ByteBuffer.allocate(IPV4).putInt(ByteBuffer.wrap(bytes).getInt() | hosts).array());
    }
    socket.change(request, "add address %s/%d".formatted(address.getHostAddress(), prefix));
  }

  /**
   * Takes an address from an interface, and with it the routes that need it.
   *
   * @throws SyscallException EADDRNOTAVAIL (99) if it does not have it
   */
  public void remove(int link, InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    socket.change(
        new NetlinkRequest(RTM_DELADDR, NetlinkMessage.ACK)
            .fixed(header(link, bytes, prefix))
            .attribute(IFA_LOCAL, bytes),
        "remove address %s/%d".formatted(address.getHostAddress(), prefix));
  }

  private static ByteBuffer header(int link, byte[] address, int prefix) {
    int bits = address.length * Byte.SIZE;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("prefix %d: 0 to %d".formatted(prefix, bits));
    }
    return ByteBuffer.allocate(IFADDRMSG)
        .order(ByteOrder.nativeOrder())
        .put(0, (byte) family(address))
        .put(IFADDRMSG_PREFIX, (byte) prefix)
        .putInt(IFADDRMSG_INDEX, link);
  }

  static int family(byte[] address) {
    return address.length == IPV4 ? AF_INET : AF_INET6;
  }

  /** The kernel's four or sixteen bytes as an address. */
  static InetAddress inet(Bytes value) {
    try {
      return InetAddress.getByAddress(value.toArray());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "a netlink address of %d bytes".formatted(value.length()), e);
    }
  }
}
