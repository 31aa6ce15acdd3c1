package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The network interfaces of a network namespace. */
public final class Links {
  /** sizeof (struct ifinfomsg), linux/rtnetlink.h. */
  static final int IFINFOMSG = 16;

  /** sizeof (struct ifreq), net/if.h. */
  static final int IFREQ = 40;

  /** IFNAMSIZ: where ifr_flags are in struct ifreq. */
  static final int IFREQ_FLAGS = 16;

  static final int IFINFOMSG_INDEX = 4;
  static final int IFINFOMSG_FLAGS = 8;

  private static final int RTM_NEWLINK = 16; // linux/rtnetlink.h
  private static final int RTM_GETLINK = 18;
  private static final int IFLA_ADDRESS = 1; // linux/if_link.h
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_INFO_KIND = 1;
  private static final int AF_INET = 2; // linux/socket.h
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final long SIOCSIFFLAGS = 0x8914; // linux/sockios.h
  private static final int IFF_UP = 1; // linux/if.h
  private static final int IFF_RUNNING = 0x40;
  private static final int ATTEMPTS = 10;

  private Links() {}

  /** Those of the network namespace of the calling thread, by index. */
  public static List<Link> list() {
    try (NetlinkSocket socket = NetlinkSocket.open()) {
      for (int attempt = 1; ; attempt++) {
        try {
          return list(socket);
        } catch (SyscallException e) {
          if (!e.errno().equals(Errno.EAGAIN) || attempt == ATTEMPTS) {
            throw e;
          }
        }
      }
    }
  }

  private static List<Link> list(NetlinkSocket socket) {
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETLINK, NetlinkMessage.DUMP).fixed(ByteBuffer.allocate(IFINFOMSG));
    List<Link> links = new ArrayList<>();
    for (NetlinkMessage each : socket.ask(request, "list network interfaces")) {
      if (each.type() == RTM_NEWLINK) {
        links.add(link(each));
      }
    }
    links.sort(Comparator.comparingInt(Link::index));
    return List.copyOf(links);
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
        attributes.integer(IFLA_MASTER));
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
