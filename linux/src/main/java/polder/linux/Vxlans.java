package polder.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Interfaces that carry Ethernet frames to other hosts in UDP: vxlan, RFC 7348 and ip-link(8).
 *
 * <p>One here has no multicast group. It has peers, each an address to which all goes whose place
 * is not known; the place of a hardware address is learnt from who sent from there.
 */
public final class Vxlans {
  static final int IFLA_VXLAN_ID = 1; // linux/if_link.h
  static final int IFLA_VXLAN_LOCAL = 4;
  static final int IFLA_VXLAN_LEARNING = 7;
  static final int IFLA_VXLAN_LIMIT = 9;
  static final int IFLA_VXLAN_PORT = 15;
  static final int IFLA_VXLAN_LOCAL6 = 17;
  static final int RTM_DELNEIGH = 29; // linux/rtnetlink.h
  static final int RTM_GETNEIGH = 30;
  static final int NDA_DST = 1; // linux/neighbour.h
  static final int NUD_PERMANENT = 0x80;
  static final int NTF_SELF = 0x02;

  private static final byte[] EVERYBODY = new byte[6]; // where frames go whose place is not known

  private final NetlinkSocket socket;

  Vxlans(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * How frames are carried.
   *
   * @param vni the network's number, 1 to 2^24 - 1; in each packet
   * @param port the UDP port at which this host and its peers listen
   * @param local from where this host sends; that of any address if it is 0.0.0.0 or ::, whose
   *     family is that of the peers
   * @param most how many places are learnt at most
   */
  public record Carrier(int vni, int port, InetAddress local, int most) {}

  /**
   * Makes one, up and a bridge's port from its first moment, without peers.
   *
   * @param bridge the index of the bridge
   * @throws SyscallException EEXIST if an interface has that name, or that number and port;
   *     EOPNOTSUPP if the kernel has none
   */
  public void add(String name, String address, int mtu, int bridge, Carrier carrier) {
    make(name, address, mtu, Optional.of(bridge), carrier);
  }

  /**
   * Makes one that is down and on no bridge, to see whether that can be.
   *
   * @throws SyscallException as {@link #add}
   */
  public void tryOut(String name, String address, int mtu, Carrier carrier) {
    make(name, address, mtu, Optional.empty(), carrier);
  }

  private void make(
      String name, String address, int mtu, Optional<Integer> bridge, Carrier carrier) {
    int up = bridge.isPresent() ? Links.IFF_UP : 0;
    NetlinkRequest request =
        Links.make()
            .fixed(Links.header(0, up, up))
            .attribute(Links.IFLA_IFNAME, Links.checkName(name))
            .attribute(Links.IFLA_ADDRESS, Links.hardware(address))
            .attribute(Links.IFLA_MTU, mtu);
    bridge.ifPresent(index -> request.attribute(Links.IFLA_MASTER, index));
    socket.change(
        request.nest(
            Links.IFLA_LINKINFO,
            info ->
                info.attribute(Links.IFLA_INFO_KIND, "vxlan")
                    .nest(Links.IFLA_INFO_DATA, data -> write(data, carrier))),
        "make network interface " + name);
  }

  private static void write(NetlinkRequest data, Carrier carrier) {
    byte[] local = carrier.local().getAddress();
    boolean six = Addresses.family(local) == Addresses.AF_INET6;
    byte[] port = ByteBuffer.allocate(Short.BYTES).putShort((short) carrier.port()).array();
    data.attribute(IFLA_VXLAN_ID, carrier.vni())
        .attribute(IFLA_VXLAN_PORT, port)
        .attribute(IFLA_VXLAN_LEARNING, new byte[] {1})
        .attribute(IFLA_VXLAN_LIMIT, carrier.most())
        .attribute(six ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, local);
  }

  /** A place that is known: where a hardware address is. */
  private record Place(Bytes address, Bytes peer) {}

  /** The peers of interface {@code index}. */
  public Set<InetAddress> peers(int index) {
    Set<InetAddress> peers = new LinkedHashSet<>();
    places(index).stream()
        .filter(each -> each.address().equals(Bytes.of(EVERYBODY)))
        .forEach(each -> peers.add(Addresses.inet(each.peer())));
    return Set.copyOf(peers);
  }

  /** Gives interface {@code index} peers, and no others; what is known of others is forgotten. */
  public void peers(int index, Set<InetAddress> wanted) {
    for (Place each : places(index)) {
      if (!wanted.contains(Addresses.inet(each.peer()))) {
        forget(index, each);
      }
    }
    for (InetAddress each : wanted) {
      socket.change(
          new NetlinkRequest(
                  Links.RTM_NEWNEIGH,
                  NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.APPEND)
              .fixed(header(index, NUD_PERMANENT | Links.NUD_NOARP))
              .attribute(Links.NDA_LLADDR, EVERYBODY)
              .attribute(NDA_DST, each.getAddress()),
          "give network interface %d the peer %s".formatted(index, each.getHostAddress()));
    }
  }

  private void forget(int index, Place place) {
    try {
      socket.change(
          new NetlinkRequest(RTM_DELNEIGH, NetlinkMessage.ACK)
              .fixed(header(index, 0))
              .attribute(Links.NDA_LLADDR, place.address().toArray())
              .attribute(NDA_DST, place.peer().toArray()),
          "take a peer from network interface " + index);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) { // what was learnt may just have been forgotten
        throw e;
      }
    }
  }

  private List<Place> places(int index) {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETNEIGH, NetlinkMessage.DUMP)
            .fixed(ByteBuffer.allocate(Links.NDMSG).put(0, (byte) Links.AF_BRIDGE));
    List<Place> places = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "list where hardware addresses are")) {
      if (each.type() == Links.RTM_NEWNEIGH && each.integer(Links.NDMSG_INDEX) == index) {
        NetlinkAttributes attributes = each.attributes(Links.NDMSG);
        Bytes address = attributes.values().get(Links.NDA_LLADDR);
        Bytes peer = attributes.values().get(NDA_DST);
        if (address != null && peer != null) {
          places.add(new Place(address, peer));
        }
      }
    }
    return places;
  }

  private static ByteBuffer header(int index, int state) {
    return ByteBuffer.allocate(Links.NDMSG)
        .order(ByteOrder.nativeOrder())
        .put(0, (byte) Links.AF_BRIDGE)
        .putInt(Links.NDMSG_INDEX, index)
        .putShort(Links.NDMSG_STATE, (short) state)
        .put(Links.NDMSG_FLAGS, (byte) NTF_SELF);
  }
}
