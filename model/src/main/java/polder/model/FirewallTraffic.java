package polder.model;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import polder.model.FirewallProtocol.Ipsec;
import polder.model.FirewallProtocol.Transport;

/** One kind of packet, as it is asked whether it would pass: {@code tcp/443}. */
public sealed interface FirewallTraffic {
  /** As it is written. */
  String text();

  /** TCP or UDP to a port. */
  record Port(Transport transport, int port) implements FirewallTraffic {
    @Override
    public String text() {
      return transport.word() + "/" + port;
    }
  }

  /** An ICMP message. */
  record Message(boolean six, int type, int code) implements FirewallTraffic {
    // what finds neighbours and groups, RFC 4861 and 2710: without it there is no IPv6
    private static final Set<Integer> NEIGHBOURS = Set.of(130, 131, 132, 133, 134, 135, 136, 143);

    /** Whether no rule is asked about it. */
    public boolean isNeighbourly() {
      return six && NEIGHBOURS.contains(type);
    }

    @Override
    public String text() {
      return "%s/%d/%d".formatted(six ? "icmp6" : "icmp", type, code);
    }
  }

  /** AH or ESP. */
  record Sealed(Ipsec kind) implements FirewallTraffic {
    @Override
    public String text() {
      return kind.word();
    }
  }

  /**
   * Reads one.
   *
   * @throws PolderException INVALID
   */
  static FirewallTraffic of(String text) {
    Matcher form =
        Pattern.compile("(tcp|udp|icmp|icmp6)/([0-9]{1,5})(?:/([0-9]{1,3}))?|(ah|esp)")
            .matcher(text);
    if (form.matches()) {
      if (form.group(4) != null) {
        return new Sealed(form.group(4).equals("ah") ? Ipsec.AH : Ipsec.ESP);
      }
      int number = Integer.parseInt(form.group(2));
      int code = form.group(3) == null ? 0 : Integer.parseInt(form.group(3));
      String word = form.group(1);
      if (word.startsWith("icmp") && number <= 255 && code <= 255) {
        return new Message(word.equals("icmp6"), number, code);
      }
      if (!word.startsWith("icmp") && form.group(3) == null && number > 0 && number <= 65_535) {
        return new Port(word.equals("tcp") ? Transport.TCP : Transport.UDP, number);
      }
    }
    throw new PolderException(
        ErrorKind.INVALID,
        "'%s' must be tcp/PORT, udp/PORT, icmp/TYPE, icmp/TYPE/CODE, icmp6/TYPE, ah or esp"
            .formatted(Types.shorten(text)));
  }
}
