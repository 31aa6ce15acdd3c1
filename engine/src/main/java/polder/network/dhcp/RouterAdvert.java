package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.MacAddress;

/**
 * What we say as a router to one card: by whom its default route leads, which networks are on the
 * link, and that addresses and all else are told by DHCP. Nobody may make up an address of his own:
 * his card could not send from it. RFC 4861, 4.2, and RFC 8106.
 */
final class RouterAdvert {
  static final int SOLICITATION = 133; // RFC 4861
  static final IpAddress ALL = IpAddress.of("ff02::1");
  private static final int ICMP = 58;
  private static final int ADVERTISEMENT = 134;
  private static final int HOPS = 255; // from nowhere else
  private static final int HEADER = 40;
  private static final int MANAGED = 0x80;
  private static final int OTHER = 0x40;
  private static final int ON_LINK = 0x80;

  /** For how long we are a router, seconds: the longest that there is. */
  private static final int LIFE = 9000;

  private static final int TIME = DhcpAnswers.TIME;

  private RouterAdvert() {}

  /** Whether a packet asks for routers, and comes from this link. */
  static boolean isAsked(byte[] packet) {
    return packet.length >= HEADER + 8
        && (packet[0] & 0xf0) == 0x60
        && packet[6] == ICMP
        && (packet[7] & 0xff) == HOPS
        && (packet[HEADER] & 0xff) == SOLICITATION
        && packet[HEADER + 1] == 0;
  }

  /**
   * The packet.
   *
   * @param router our hardware address there
   * @param from our address on the link
   */
  static byte[] of(DhcpCard card, MacAddress router, IpAddress from) {
    ByteBuffer body = ByteBuffer.allocate(1400);
    boolean leads = card.ways(true).stream().anyMatch(each -> each.destination().prefix() == 0);
    body.put((byte) ADVERTISEMENT).put((byte) 0).putShort((short) 0);
    body.put((byte) 64).put((byte) (MANAGED | OTHER)).putShort((short) (leads ? LIFE : 0));
    body.putInt(0).putInt(0);
    body.put((byte) 1).put((byte) 1).put(router.bytes());
    body.put((byte) 5).put((byte) 1).putShort((short) 0).putInt(card.mtu());
    Set<Cidr> links = new LinkedHashSet<>();
    card.addresses(true).forEach(each -> links.add(each.network()));
    for (Cidr each : links.stream().limit(8).toList()) {
      body.put((byte) 3).put((byte) 4).put((byte) each.prefix()).put((byte) ON_LINK);
      body.putInt(TIME).putInt(TIME).putInt(0).put(each.address().bytes());
    }
    List<byte[]> servers = new ArrayList<>();
    card.servers(true).stream().limit(3).forEach(each -> servers.add(each.bytes()));
    if (!servers.isEmpty()) {
      body.put((byte) 25).put((byte) (1 + 2 * servers.size())).putShort((short) 0).putInt(LIFE);
      servers.forEach(body::put);
    }
    byte[] search = DhcpReply.names(card.search());
    if (search.length > 0 && search.length <= 512) {
      int words = (search.length + 7) / 8;
      body.put((byte) 31).put((byte) (1 + words)).putShort((short) 0).putInt(LIFE);
      body.put(search).position(body.position() + words * 8 - search.length);
    }
    int length = body.position();
    ByteBuffer out = ByteBuffer.allocate(HEADER + length);
    Datagram.headerSix(out, from, ALL, ICMP, HOPS, length);
    out.put(body.flip());
    out.putShort(HEADER + 2, (short) ~Datagram.checked(out.array(), HEADER, from, ALL, ICMP));
    return out.array();
  }
}
