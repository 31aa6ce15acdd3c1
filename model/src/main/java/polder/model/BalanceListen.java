package polder.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a balance is called: {@code 10.0.0.10:80}, {@code [fd00::10]:53/udp}, {@code
 * 10.0.0.10:80@lab}.
 *
 * @param address one of the host's, or one on a network of Polder's, which the balance then has
 * @param port 1 to 65535
 * @param protocol tcp or udp
 * @param network the network of Polder's that the address is on; decided when the balance is made
 */
public record BalanceListen(
    IpAddress address, int port, PublishedPort.Protocol protocol, Optional<String> network) {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\[[0-9a-fA-F:.]{2,45}]|[0-9.]{7,15}):([0-9]{1,5})(?:/([a-z]{1,8}))?(?:@(.{1,64}))?");
  private static final int LARGEST = 65_535;

  public BalanceListen {
    if (port < 1 || port > LARGEST) {
      throw invalid("ports are 1 to " + LARGEST);
    }
    if (protocol == PublishedPort.Protocol.SCTP) {
      throw invalid("a balance carries tcp or udp");
    }
    boolean loopback = address.six() ? isOne(address) : address.low() >>> 24 == 127;
    if (loopback || !address.isUnicast() || address.isLinkLocal()) {
      throw invalid(
          "'%s' is no address that others call: use one of the host's, or one on a network"
              .formatted(address));
    }
    network.ifPresent(Network::checkName);
  }

  private static boolean isOne(IpAddress address) {
    return address.high() == 0 && address.low() == 1;
  }

  /**
   * Reads one strictly.
   *
   * @throws PolderException INVALID
   */
  public static BalanceListen of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw invalid(
          "'%s' must be ADDRESS:PORT[/tcp|udp][@NETWORK], such as 10.0.0.10:80 or [fd00::10]:53/udp"
              .formatted(Types.shorten(text)));
    }
    return new BalanceListen(
        IpAddress.of(form.group(1).replaceAll("[\\[\\]]", "")),
        Integer.parseInt(form.group(2)),
        protocol(Optional.ofNullable(form.group(3)).orElse("tcp")),
        Optional.ofNullable(form.group(4)));
  }

  private static PublishedPort.Protocol protocol(String word) {
    return switch (word) {
      case "tcp" -> PublishedPort.Protocol.TCP;
      case "udp" -> PublishedPort.Protocol.UDP;
      default -> throw invalid("'%s' is no protocol of a balance: use tcp or udp".formatted(word));
    };
  }

  /** This one, on that network. */
  BalanceListen on(String name) {
    return new BalanceListen(address, port, protocol, Optional.of(name));
  }

  /** Whether a packet could be meant for both, where both are decided. */
  boolean meets(BalanceListen other) {
    return address.equals(other.address)
        && port == other.port
        && protocol == other.protocol
        && network.equals(other.network);
  }

  /** As a port of the host's that is taken. */
  PublishedPort taken() {
    return new PublishedPort(Optional.of(address), Optional.of(port), port, 1, protocol);
  }

  private static PolderException invalid(String sentence) {
    return new PolderException(ErrorKind.INVALID, sentence);
  }

  @Override
  public String toString() {
    String at = (address.six() ? "[" + address + "]" : address.toString()) + ":" + port;
    String carried = protocol == PublishedPort.Protocol.TCP ? at : at + "/" + protocol.word();
    return network.map(name -> carried + "@" + name).orElse(carried);
  }
}
