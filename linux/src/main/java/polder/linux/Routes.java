package polder.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The main routing table of a network namespace: rtnetlink(7), RTM_NEWROUTE and its kin. */
public final class Routes {
  /** sizeof (struct rtmsg), linux/rtnetlink.h. */
  static final int RTMSG = 12;

  static final int RTMSG_PREFIX = 1; // rtm_dst_len
  static final int RTMSG_TABLE = 4;
  static final int RTMSG_PROTOCOL = 5;
  static final int RTMSG_SCOPE = 6;
  static final int RTMSG_TYPE = 7;
  static final int RTMSG_FLAGS = 8;

  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RT_TABLE_MAIN = 254;
  static final int RTPROT_STATIC = 4;
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RTN_UNICAST = 1;
  static final int RTNH_F_ONLINK = 4;

  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private final NetlinkSocket socket;

  Routes(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** All of both families. */
  public List<Route> list() {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETROUTE, NetlinkMessage.DUMP).fixed(ByteBuffer.allocate(RTMSG));
    List<Route> routes = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "list routes")) {
      if (each.type() == RTM_NEWROUTE) {
        route(each).ifPresent(routes::add);
      }
    }
    return List.copyOf(routes);
  }

  /** The index of the interface by which packets to {@code address} leave; empty if by none. */
  public OptionalInt linkTo(InetAddress address) {
    byte[] bytes = address.getAddress();
    ByteBuffer header =
        ByteBuffer.allocate(RTMSG)
            .put(0, (byte) Addresses.family(bytes))
            .put(RTMSG_PREFIX, (byte) (bytes.length * Byte.SIZE));
    try {
      return socket
          .ask(
              new NetlinkRequest(RTM_GETROUTE, NetlinkMessage.ACK)
                  .fixed(header)
                  .attribute(RTA_DST, bytes),
              "look for a route to " + address.getHostAddress())
          .stream()
          .filter(each -> each.type() == RTM_NEWROUTE)
          .map(each -> each.attributes(RTMSG).integer(RTA_OIF))
          .findFirst()
          .orElse(OptionalInt.empty());
    } catch (SyscallException e) {
      return OptionalInt.empty(); // ENETUNREACH and its kin: whatever the reason, there is no way
    }
  }

  private static Optional<Route> route(NetlinkMessage message) {
    Bytes header = message.payload();
    if (header.length() < RTMSG) {
      throw new IllegalArgumentException("a netlink route of %d bytes".formatted(header.length()));
    }
    int family = header.at(0);
    boolean known = family == Addresses.AF_INET || family == Addresses.AF_INET6;
    if (!known || Byte.toUnsignedInt(header.at(RTMSG_TABLE)) != RT_TABLE_MAIN) {
      return Optional.empty();
    }
    NetlinkAttributes attributes = message.attributes(RTMSG);
    Bytes everything = Bytes.of(new byte[family == Addresses.AF_INET ? IPV4 : IPV6]);
    return Optional.of(
        new Route(
            Addresses.inet(attributes.values().getOrDefault(RTA_DST, everything)),
            Byte.toUnsignedInt(header.at(RTMSG_PREFIX)),
            Optional.ofNullable(attributes.values().get(RTA_GATEWAY)).map(Addresses::inet),
            attributes.integer(RTA_OIF)));
  }

  /**
   * Adds a route by an interface that is up. A gateway is taken to be on that link, also where no
   * address says so.
   *
   * @throws SyscallException EEXIST if there is one for that destination
   */
  public void add(Route route) {
    change(
        route,
        RTM_NEWROUTE,
        NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE,
        "add");
  }

  /**
   * Removes a route.
   *
   * @throws SyscallException ESRCH if there is none
   */
  public void remove(Route route) {
    change(route, RTM_DELROUTE, NetlinkMessage.ACK, "remove");
  }

  private void change(Route route, int type, int flags, String verb) {
    byte[] destination = route.destination().getAddress();
    Optional<InetAddress> gateway = route.gateway();
    ByteBuffer header =
        ByteBuffer.allocate(RTMSG)
            .order(ByteOrder.nativeOrder())
            .put(0, (byte) Addresses.family(destination))
            .put(RTMSG_PREFIX, (byte) route.prefix())
            .put(RTMSG_TABLE, (byte) RT_TABLE_MAIN)
            .put(RTMSG_PROTOCOL, (byte) RTPROT_STATIC)
            .put(RTMSG_SCOPE, (byte) (gateway.isPresent() ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK))
            .put(RTMSG_TYPE, (byte) RTN_UNICAST)
            .putInt(RTMSG_FLAGS, gateway.isPresent() ? RTNH_F_ONLINK : 0);
    NetlinkRequest request = new NetlinkRequest(type, flags).fixed(header);
    if (route.prefix() > 0) {
      request.attribute(RTA_DST, destination);
    }
    OptionalInt link = route.link();
    if (link.isPresent()) {
      request.attribute(RTA_OIF, link.getAsInt());
    }
    gateway.ifPresent(each -> request.attribute(RTA_GATEWAY, each.getAddress()));
    socket.change(
        request,
        "%s route %s/%d%s"
            .formatted(
                verb,
                route.destination().getHostAddress(),
                route.prefix(),
                gateway.map(each -> " by " + each.getHostAddress()).orElse("")));
  }
}
