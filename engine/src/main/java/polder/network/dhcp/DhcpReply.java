package polder.network.dhcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.NicRules;

/**
 * What is answered to a client.
 *
 * @param type {@link DhcpRequest#OFFER}, {@link DhcpRequest#ACK} or {@link DhcpRequest#NAK}
 * @param server our address
 * @param given the address that it may use, with its network; empty if none is given
 * @param request to what this is the answer
 * @param card to whom
 */
record DhcpReply(
    int type, IpAddress server, Optional<Cidr> given, DhcpRequest request, DhcpCard card) {
  private static final int ANSWER = 2;
  private static final int ETHERNET = 1;
  private static final int MAC_LENGTH = 6;
  private static final int SHORTEST = 300; // as old clients have it: RFC 1542, 2.1
  private static final int END = 255;
  private static final int LONGEST_OPTION = 255;
  private static final int LONGEST_LABEL = 63;
  private static final IpAddress EVERYBODY = IpAddress.of("255.255.255.255");

  /** To which IP address it goes; its frame goes to the client's card alone. */
  IpAddress to() {
    if (type == DhcpRequest.NAK) {
      return EVERYBODY; // whatever he has is not his
    }
    return request
        .own()
        .filter(_ -> type == DhcpRequest.ACK) // it is the card's
        .or(() -> request.broadcast() ? Optional.of(EVERYBODY) : given.map(Cidr::address))
        .orElse(EVERYBODY);
  }

  /** It as a message. */
  byte[] message() {
    byte[] options = options();
    int size = DhcpRequest.HEADER + Integer.BYTES + options.length + 1;
    ByteBuffer out = ByteBuffer.allocate(Math.max(size, SHORTEST));
    out.put((byte) ANSWER).put((byte) ETHERNET).put((byte) MAC_LENGTH).put((byte) 0);
    out.putInt(request.id()).putShort((short) 0);
    out.putShort((short) (request.broadcast() ? 0x8000 : 0));
    boolean told = type == DhcpRequest.ACK;
    out.put(request.own().filter(_ -> told).map(IpAddress::bytes).orElse(new byte[4]));
    out.put(given.map(each -> each.address().bytes()).orElse(new byte[4]));
    out.putInt(0).putInt(0); // there is nothing to boot from, and no relay
    out.put(request.mac().toArray());
    out.position(DhcpRequest.HEADER);
    out.putInt(DhcpRequest.COOKIE).put(options).put((byte) END);
    return out.array();
  }

  /** What must be there, and then as much as fits, the more important first. */
  private byte[] options() {
    int room = request.most() - DhcpRequest.HEADER - Integer.BYTES - 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    all().forEach((number, value) -> add(out, number, value, room));
    return out.toByteArray();
  }

  private static void add(ByteArrayOutputStream out, int number, byte[] value, int room) {
    int pieces = (value.length + LONGEST_OPTION - 1) / LONGEST_OPTION; // RFC 3396
    if (value.length == 0 || out.size() + value.length + 2 * pieces > room) {
      return;
    }
    for (int at = 0; at < value.length; at += LONGEST_OPTION) {
      int length = Math.min(LONGEST_OPTION, value.length - at);
      out.write(number);
      out.write(length);
      out.write(value, at, length);
    }
  }

  private Map<Integer, byte[]> all() {
    Map<Integer, byte[]> all = new LinkedHashMap<>();
    all.put(DhcpOption.TYPE, new byte[] {(byte) type});
    all.put(DhcpOption.SERVER, server.bytes());
    if (given.isPresent()) {
      all.put(DhcpOption.TIME, ByteBuffer.allocate(4).putInt(DhcpAnswers.TIME).array());
    }
    request.client().ifPresent(each -> all.put(DhcpOption.CLIENT, each.toArray())); // RFC 6842
    if (type != DhcpRequest.NAK) {
      Map<Integer, byte[]> more = more();
      Set<Integer> wanted = request.wanted().orElse(more.keySet());
      more.forEach(
          (number, value) -> {
            if (number == DhcpOption.MASK || wanted.contains(number)) {
              all.put(number, value);
            }
          });
    }
    return all;
  }

  private Map<Integer, byte[]> more() {
    Map<Integer, byte[]> more = new LinkedHashMap<>();
    Optional<Cidr> subnet = given.or(() -> request.own().flatMap(ip -> card.four(Optional.of(ip))));
    subnet.ifPresent(each -> more.put(DhcpOption.MASK, mask(each.prefix())));
    List<NicRules.Way> ways = card.ways(false);
    List<NicRules.Way> further =
        ways.stream().filter(each -> each.destination().prefix() > 0).toList();
    List<IpAddress> routers =
        ways.stream()
            .filter(each -> each.destination().prefix() == 0)
            .flatMap(each -> each.gateway().stream())
            .toList();
    more.put(DhcpOption.ROUTER, addresses(routers));
    if (!further.isEmpty()) {
      more.put(DhcpOption.ROUTES, routes(ways)); // who takes it looks at no router
    }
    more.put(DhcpOption.NAMES, addresses(card.servers(false)));
    more.put(DhcpOption.HOSTNAME, card.hostname().getBytes(StandardCharsets.US_ASCII));
    if (!card.search().isEmpty()) {
      more.put(DhcpOption.DOMAIN, card.search().getFirst().getBytes(StandardCharsets.US_ASCII));
      more.put(DhcpOption.SEARCH, names(card.search()));
    }
    more.put(DhcpOption.MTU, ByteBuffer.allocate(2).putShort((short) card.mtu()).array());
    return more;
  }

  private static byte[] mask(int prefix) {
    return ByteBuffer.allocate(4).putInt(prefix == 0 ? 0 : -1 << (32 - prefix)).array();
  }

  private static byte[] addresses(List<IpAddress> all) {
    ByteBuffer out = ByteBuffer.allocate(4 * all.size());
    all.forEach(each -> out.put(each.bytes()));
    return out.array();
  }

  /** Each network by as many bytes as it has, then by whom; on the link itself by nobody. */
  private static byte[] routes(List<NicRules.Way> ways) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (NicRules.Way each : ways) {
      int prefix = each.destination().prefix();
      out.write(prefix);
      out.write(each.destination().network().address().bytes(), 0, (prefix + 7) / 8);
      out.writeBytes(each.gateway().map(IpAddress::bytes).orElse(new byte[4]));
    }
    return out.toByteArray();
  }

  /** Domain names as DNS sends them; what is none is left out. */
  static byte[] names(List<String> names) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String name : names) {
      List<byte[]> labels = new ArrayList<>();
      for (String label : name.split("\\.", -1)) {
        labels.add(label.getBytes(StandardCharsets.US_ASCII));
      }
      if (labels.stream().allMatch(each -> each.length > 0 && each.length <= LONGEST_LABEL)) {
        for (byte[] label : labels) {
          out.write(label.length);
          out.writeBytes(label);
        }
        out.write(0);
      }
    }
    return out.toByteArray();
  }
}
