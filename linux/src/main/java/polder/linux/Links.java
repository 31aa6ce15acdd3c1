package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The network interfaces of a network namespace: rtnetlink(7), RTM_NEWLINK and its kin. */
public final class Links {
  /** sizeof (struct ifinfomsg), linux/rtnetlink.h. */
  static final int IFINFOMSG = 16;

  /** sizeof (struct ifreq), net/if.h. */
  static final int IFREQ = 40;

  /** IFNAMSIZ: where ifr_flags are in struct ifreq. */
  static final int IFREQ_FLAGS = 16;

  static final int IFINFOMSG_INDEX = 4;
  static final int IFINFOMSG_FLAGS = 8;
  static final int IFINFOMSG_CHANGE = 12;

  static final int RTM_NEWLINK = 16; // linux/rtnetlink.h
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int IFLA_ADDRESS = 1; // linux/if_link.h
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_STATS64 = 23;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;
  static final int IFLA_BRPORT_MODE = 4;
  static final int IFLA_BRPORT_LEARNING = 8;
  static final int IFLA_BR_FDB_MAX_LEARNED = 49;
  static final int VETH_INFO_PEER = 1; // linux/veth.h
  static final int IFLA_MACVLAN_MODE = 1;
  static final int MACVLAN_MODE_BRIDGE = 4;

  /** sizeof (struct ndmsg), linux/neighbour.h. */
  static final int NDMSG = 12;

  static final int NDMSG_INDEX = 4;
  static final int NDMSG_STATE = 8;
  static final int NDMSG_FLAGS = 10;
  static final int RTM_NEWNEIGH = 28;
  static final int NDA_LLADDR = 2;
  static final int NUD_REACHABLE = 0x02;
  static final int NUD_NOARP = 0x40;
  static final int NTF_MASTER = 0x04;
  static final int NTF_STICKY = 0x40;

  static final int AF_BRIDGE = 7; // linux/socket.h
  private static final int LONGEST_NAME = 15; // IFNAMSIZ - 1, linux/if.h
  private static final int ADDRESS_LENGTH = 6; // ETH_ALEN, linux/if_ether.h
  private static final int AF_INET = 2; // linux/socket.h
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final long SIOCSIFFLAGS = 0x8914; // linux/sockios.h
  static final int IFF_UP = 1; // linux/if.h
  private static final int IFF_RUNNING = 0x40;
  private static final int IFF_ALLMULTI = 0x200;

  private final NetlinkSocket socket;

  Links(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** All of them, by index. */
  public List<Link> list() {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETLINK, NetlinkMessage.DUMP).fixed(ByteBuffer.allocate(IFINFOMSG));
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "list network interfaces")) {
      if (each.type() == RTM_NEWLINK) {
        links.add(link(each));
      }
    }
    links.sort(Comparator.comparingInt(Link::index));
    return List.copyOf(links);
  }

  /** The one that is called {@code name}, if there is one. */
  public Optional<Link> find(String name) {
    return ask(new Target(0, name), "look for network interface " + name).map(Links::link);
  }

  /** What went through interface {@code index}; empty if it is gone. */
  public Optional<LinkStatistics> statistics(int index) {
    return ask(new Target(index, ""), "ask for statistics of network interface " + index)
        .map(message -> statistics(message.attributes(IFINFOMSG)));
  }

  /** What went through each whose name begins with {@code prefix}, in one question. */
  public Map<String, LinkStatistics> statistics(String prefix) {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETLINK, NetlinkMessage.DUMP).fixed(ByteBuffer.allocate(IFINFOMSG));
    Map<String, LinkStatistics> all = new HashMap<>();
    for (NetlinkMessage each : socket.dump(request, "ask for statistics of network interfaces")) {
      NetlinkAttributes attributes = each.attributes(IFINFOMSG);
      attributes
          .text(IFLA_IFNAME)
          .filter(name -> each.type() == RTM_NEWLINK && name.startsWith(prefix))
          .ifPresent(name -> all.put(name, statistics(attributes)));
    }
    return all;
  }

  private static LinkStatistics statistics(NetlinkAttributes attributes) {
    Bytes bytes = attributes.values().getOrDefault(IFLA_STATS64, Bytes.EMPTY);
    ByteBuffer in = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.nativeOrder());
    if (in.remaining() < LinkStatistics.DROPPED_OUT + Long.BYTES) {
      throw new IllegalArgumentException("link statistics of %d bytes".formatted(in.remaining()));
    }
    return new LinkStatistics(
        in.getLong(LinkStatistics.PACKETS_IN),
        in.getLong(LinkStatistics.PACKETS_OUT),
        in.getLong(LinkStatistics.BYTES_IN),
        in.getLong(LinkStatistics.BYTES_OUT),
        in.getLong(LinkStatistics.DROPPED_IN),
        in.getLong(LinkStatistics.DROPPED_OUT));
  }

  /** What a request is about: an interface by its index, or by its name if that is 0. */
  private record Target(int index, String name) {}

  private Optional<NetlinkMessage> ask(Target target, String what) {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETLINK, NetlinkMessage.ACK).fixed(header(target.index(), 0, 0));
    if (target.index() == 0) {
      request.attribute(IFLA_IFNAME, checkName(target.name()));
    }
    try {
      return socket.ask(request, what).stream().filter(m -> m.type() == RTM_NEWLINK).findFirst();
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Makes a bridge, which is down and has no ports.
   *
   * @param address its own hardware address, which then does not change with its ports
   * @throws SyscallException EEXIST if an interface has that name
   */
  public void addBridge(String name, String address, int mtu) {
    socket.change(
        make()
            .fixed(header(0, 0, 0))
            .attribute(IFLA_IFNAME, checkName(name))
            .attribute(IFLA_ADDRESS, hardware(address))
            .attribute(IFLA_MTU, mtu)
            .nest(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "bridge")),
        "make bridge " + name);
  }

  /**
   * One end of a pair of interfaces that is in another namespace, where it is down.
   *
   * @param name what it is called there
   * @param address its hardware address
   * @param network the namespace
   */
  public record Peer(String name, String address, Fd network) {}

  /**
   * Makes a pair of interfaces, one end a port of a bridge here and up, the other in another
   * namespace from its first moment: moving it there would wait for the whole kernel. When that
   * namespace ends both are gone.
   *
   * @param bridge the index of the bridge
   * @throws SyscallException EEXIST if an interface has one of the names
   */
  public void addPort(String name, int bridge, int mtu, Peer peer) {
    socket.change(
        make()
            .fixed(header(0, IFF_UP, IFF_UP))
            .attribute(IFLA_IFNAME, checkName(name))
            .attribute(IFLA_MTU, mtu)
            .attribute(IFLA_MASTER, bridge)
            .nest(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_KIND, "veth")
                        .nest(
                            IFLA_INFO_DATA,
                            data -> data.nest(VETH_INFO_PEER, end -> write(end, mtu, peer)))),
        "make network interface " + name);
  }

  private static void write(NetlinkRequest request, int mtu, Peer peer) {
    request
        .fixed(header(0, 0, 0))
        .attribute(IFLA_IFNAME, checkName(peer.name()))
        .attribute(IFLA_ADDRESS, hardware(peer.address()))
        .attribute(IFLA_MTU, mtu)
        .attribute(IFLA_NET_NS_FD, peer.network().number());
  }

  /**
   * Makes an interface in another namespace that shares one of ours with others of its kind, and
   * reaches those too: macvlan in bridge mode.
   *
   * @param parent the index of ours
   * @throws SyscallException EBUSY if the parent is a bridge's port
   */
  public void addMacvlan(int parent, int mtu, Peer peer) {
    NetlinkRequest request = make();
    write(request, mtu, peer);
    socket.change(
        request
            .attribute(IFLA_LINK, parent)
            .nest(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_KIND, "macvlan")
                        .nest(
                            IFLA_INFO_DATA,
                            data -> data.attribute(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE))),
        "make network interface " + peer.name());
  }

  /**
   * Makes an interface, up, that gives what it is sent back to where it was taken from: ifb.
   *
   * @throws SyscallException EOPNOTSUPP if the kernel has none
   */
  public void addIfb(String name, int mtu) {
    socket.change(
        make()
            .fixed(header(0, IFF_UP, IFF_UP))
            .attribute(IFLA_IFNAME, checkName(name))
            .attribute(IFLA_MTU, mtu)
            .nest(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "ifb")),
        "make network interface " + name);
  }

  /** Has a bridge learn no hardware addresses from what its port {@code index} sends. */
  public void learnNothing(int index) {
    learn(index, false);
  }

  /** Has a bridge learn hardware addresses, or none, from what its port {@code index} sends. */
  public void learn(int index, boolean all) {
    port(index, IFLA_BRPORT_LEARNING, all ? 1 : 0, "say what its bridge learns from");
  }

  /** Has a bridge send to its port {@code index} also what came from there. */
  public void reflect(int index) {
    port(index, IFLA_BRPORT_MODE, 1, "let its bridge reflect to");
  }

  private void port(int index, int setting, int value, String verb) {
    change(
        index,
        verb,
        request ->
            request.nest(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_SLAVE_KIND, "bridge")
                        .nest(
                            IFLA_INFO_SLAVE_DATA,
                            data -> data.attribute(setting, new byte[] {(byte) value}))));
  }

  /** Has a bridge send what is for {@code address} to its port {@code index}, come what may. */
  public void hold(int index, String address) {
    ByteBuffer header =
        ByteBuffer.allocate(NDMSG)
            .order(ByteOrder.nativeOrder())
            .put(0, (byte) AF_BRIDGE)
            .putInt(NDMSG_INDEX, index)
            .putShort(NDMSG_STATE, (short) (NUD_NOARP | NUD_REACHABLE))
            .put(NDMSG_FLAGS, (byte) (NTF_MASTER | NTF_STICKY));
    socket.change(
        new NetlinkRequest(RTM_NEWNEIGH, NetlinkMessage.ACK | NetlinkMessage.CREATE)
            .fixed(header)
            .attribute(NDA_LLADDR, hardware(address)),
        "hold %s at network interface %d".formatted(address, index));
  }

  /** Switches interface {@code index} on. */
  public void raise(int index) {
    socket.change(
        new NetlinkRequest(RTM_NEWLINK, NetlinkMessage.ACK).fixed(header(index, IFF_UP, IFF_UP)),
        "bring up network interface " + index);
  }

  /** Switches interface {@code index} on, with what is sent to any group coming in there. */
  public void raiseForAllGroups(int index) {
    int flags = IFF_UP | IFF_ALLMULTI;
    socket.change(
        new NetlinkRequest(RTM_NEWLINK, NetlinkMessage.ACK).fixed(header(index, flags, flags)),
        "bring up network interface " + index);
  }

  /**
   * Writes something on an interface for whoever looks at it.
   *
   * @param alias 255 bytes at most
   */
  public void alias(int index, String alias) {
    change(index, "mark", request -> request.attribute(IFLA_IFALIAS, alias));
  }

  /**
   * Bounds how many hardware addresses a bridge learns; of others it sends to all ports. Kernels
   * before Linux 6.8 know no bound.
   */
  public void learnAtMost(int index, int most) {
    change(
        index,
        "bound what is learnt by",
        request ->
            request.nest(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_KIND, "bridge")
                        .nest(
                            IFLA_INFO_DATA,
                            data -> data.attribute(IFLA_BR_FDB_MAX_LEARNED, most))));
  }

  /** Sets the largest packet of an interface, in bytes. */
  public void mtu(int index, int mtu) {
    change(index, "set the MTU of", request -> request.attribute(IFLA_MTU, mtu));
  }

  /** Sets the hardware address of an interface. */
  public void address(int index, String address) {
    change(
        index,
        "set the hardware address of",
        request -> request.attribute(IFLA_ADDRESS, hardware(address)));
  }

  private void change(int index, String verb, Consumer<NetlinkRequest> what) {
    NetlinkRequest request =
        new NetlinkRequest(RTM_NEWLINK, NetlinkMessage.ACK).fixed(header(index, 0, 0));
    what.accept(request);
    socket.change(request, "%s network interface %d".formatted(verb, index));
  }

  /**
   * Takes an interface away, and with it the other end of a pair. It takes tens of milliseconds: no
   * start should wait for it.
   *
   * @throws SyscallException ENODEV if there is none
   */
  public void remove(int index) {
    socket.change(
        new NetlinkRequest(RTM_DELLINK, NetlinkMessage.ACK).fixed(header(index, 0, 0)),
        "remove network interface " + index);
  }

  static NetlinkRequest make() {
    return new NetlinkRequest(
        RTM_NEWLINK, NetlinkMessage.ACK | NetlinkMessage.CREATE | NetlinkMessage.EXCLUSIVE);
  }

  static ByteBuffer header(int index, int flags, int change) {
    return ByteBuffer.allocate(IFINFOMSG)
        .order(ByteOrder.nativeOrder())
        .putInt(IFINFOMSG_INDEX, index)
        .putInt(IFINFOMSG_FLAGS, flags)
        .putInt(IFINFOMSG_CHANGE, change);
  }

  /** A name as the kernel takes it, checked, without the zero at its end. */
  static byte[] nameBytes(String name) {
    return checkName(name).getBytes(StandardCharsets.US_ASCII);
  }

  /** The kernel would make a pattern of "%", and cut off what is too long. */
  static String checkName(String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME || !name.matches("[a-zA-Z0-9_.-]+")) {
      throw new IllegalArgumentException(
          "'%s' is no name of a network interface".formatted(Bytes.of(name)));
    }
    return name;
  }

  static byte[] hardware(String address) {
    byte[] bytes = HexFormat.ofDelimiter(":").parseHex(address);
    if (bytes.length != ADDRESS_LENGTH) {
      throw new IllegalArgumentException("'%s' is no hardware address".formatted(address));
    }
    return bytes;
  }

  private static Link link(NetlinkMessage message) {
    NetlinkAttributes attributes = message.attributes(IFINFOMSG);
    return new Link(
        message.integer(IFINFOMSG_INDEX),
        attributes.text(IFLA_IFNAME).orElse(""),
        attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND),
        message.integer(IFINFOMSG_FLAGS),
        attributes.integer(IFLA_MTU).orElse(0),
        Optional.ofNullable(attributes.values().get(IFLA_ADDRESS))
            .map(each -> HexFormat.ofDelimiter(":").formatHex(each.toArray())),
        attributes.integer(IFLA_MASTER),
        attributes.text(IFLA_IFALIAS).filter(each -> !each.isEmpty()));
  }

  /**
   * Lets a process that has a network namespace of its own bring up its loopback interface, which
   * gives it 127.0.0.1 and ::1 too. One step that fails does so by its own errno.
   */
  public static void raiseLoopback(ProgramBuilder program) {
    byte[] request =
        ByteBuffer.allocate(IFREQ)
            .order(ByteOrder.nativeOrder())
            .put("lo".getBytes(StandardCharsets.US_ASCII))
            .putShort(IFREQ_FLAGS, (short) (IFF_UP | IFF_RUNNING))
            .array();
    Operand socket =
        program.call(
            "open a socket",
            Nr.SOCKET,
            Operand.of(AF_INET),
            Operand.of(SOCK_DGRAM | SOCK_CLOEXEC),
            Operand.of(0));
    program.call(
        "bring up the loopback interface",
        Nr.IOCTL,
        socket,
        Operand.of(SIOCSIFFLAGS),
        program.bytes(request));
    program.files().close(socket);
  }
}
