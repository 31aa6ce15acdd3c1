package polder.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ports of the host's by which those of a zone are reached from outside, as Docker writes it:
 * {@code 8080:80}, {@code 127.0.0.1:8000-8010:8000-8010/tcp}, {@code 53/udp}.
 *
 * @param address which of the host's; each that it has if absent, 0.0.0.0 or :: for one family
 * @param hostPort the host's first; a free one is given, and kept, if absent
 * @param zonePort the zone's first
 * @param count how many, one after the other
 * @param protocol what is carried
 */
public record PublishedPort(
    Optional<IpAddress> address,
    Optional<Integer> hostPort,
    int zonePort,
    int count,
    Protocol protocol) {
  private static final int LARGEST = 65_535;
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(?:(\\[[0-9a-fA-F:]{2,39}]|[0-9.]{7,15}):)?(?:([0-9]{1,5})(?:-([0-9]{1,5}))?)?:)?"
              + "([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([a-z]{1,8}))?");

  /** What a published port carries. */
  public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
      this.number = number;
    }

    /** As IP packets have it: IPPROTO_. */
    public int number() {
      return number;
    }

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Protocol of(String word) {
      for (Protocol each : values()) {
        if (each.word().equals(word)) {
          return each;
        }
      }
      throw new PolderException(
          ErrorKind.INVALID, "'%s' is no protocol: use tcp, udp or sctp".formatted(word));
    }
  }

  public PublishedPort {
    hostPort.ifPresent(first -> check(first, count));
    check(zonePort, count);
    if (address.isPresent()) {
      IpAddress own = address.get();
      boolean any = isAny(own);
      boolean loopback = !own.six() && own.low() >>> 24 == 127;
      if (own.six() && own.high() == 0 && own.low() == 1) {
        throw new PolderException(
            ErrorKind.INVALID, "from ::1 no way leads to a zone; publish it on 127.0.0.1");
      }
      if (!any && !loopback && (!own.isUnicast() || (own.six() && own.isLinkLocal()))) {
        throw new PolderException(
            ErrorKind.INVALID, "'%s' cannot be the host's address".formatted(own));
      }
    }
  }

  private static void check(int first, int count) {
    if (first < 1 || first + count - 1 > LARGEST || count < 1) {
      throw new PolderException(ErrorKind.INVALID, "ports are 1 to " + LARGEST);
    }
  }

  private static boolean isAny(IpAddress address) {
    return address.high() == 0 && address.low() == 0;
  }

  /**
   * Reads one strictly.
   *
   * @throws PolderException INVALID
   */
  public static PublishedPort of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || text.startsWith(":")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' must be [[ADDRESS:]PORT[-PORT]:]PORT[-PORT][/tcp|udp|sctp], such as 8080:80"
              .formatted(Types.shorten(text)));
    }
    Optional<IpAddress> address =
        Optional.ofNullable(form.group(1))
            .map(each -> IpAddress.of(each.replaceAll("[\\[\\]]", "")));
    int zonePort = Integer.parseInt(form.group(4));
    int count = count(form.group(4), form.group(5));
    Optional<Integer> hostPort = Optional.ofNullable(form.group(2)).map(Integer::valueOf);
    if (hostPort.isPresent() && count(form.group(2), form.group(3)) != count) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' has as many ports of the host's as of the zone's".formatted(Types.shorten(text)));
    }
    String protocol = Optional.ofNullable(form.group(6)).orElse(Protocol.TCP.word());
    return new PublishedPort(address, hostPort, zonePort, count, Protocol.of(protocol));
  }

  private static int count(String first, @Nullable String last) {
    int count = last == null ? 1 : Integer.parseInt(last) - Integer.parseInt(first) + 1;
    if (count < 1) {
      throw new PolderException(
          ErrorKind.INVALID, "ports %s-%s: the last is before the first".formatted(first, last));
    }
    return count;
  }

  /** This one, at the host's ports from {@code first} on. */
  public PublishedPort at(int first) {
    return new PublishedPort(address, Optional.of(first), zonePort, count, protocol);
  }

  /** Whether it is for one address of the host's only. */
  public boolean isBound() {
    return address.isPresent() && !isAny(address.get());
  }

  /** Whether it is for callers of that family. */
  public boolean serves(boolean six) {
    return address.isEmpty() || address.get().six() == six;
  }

  /** Whether a packet could be meant for both. */
  public boolean meets(PublishedPort other) {
    return hostPort.isPresent()
        && other.hostPort.isPresent()
        && protocol == other.protocol
        && hostPort.get() < other.hostPort.get() + other.count
        && other.hostPort.get() < hostPort.get() + count
        && meets(address, other.address);
  }

  private static boolean meets(Optional<IpAddress> one, Optional<IpAddress> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return true;
    }
    IpAddress a = one.get();
    IpAddress b = other.get();
    return a.equals(b) || (a.six() == b.six() && (isAny(a) || isAny(b)));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    address.ifPresent(each -> text.append(each.six() ? "[" + each + "]" : each).append(':'));
    hostPort.ifPresent(first -> text.append(range(first)));
    if (address.isPresent() || hostPort.isPresent()) {
      text.append(':');
    }
    text.append(range(zonePort));
    return protocol == Protocol.TCP ? text.toString() : text + "/" + protocol.word();
  }

  /** Whether {@code other} publishes the same ports of the zone. */
  public boolean isOf(PublishedPort other) {
    return protocol == other.protocol && zonePort == other.zonePort && count == other.count;
  }

  /** Where it is on the host, without what it leads to. */
  String source() {
    String at = address.map(each -> each.six() ? "[" + each + "]" : each.toString()).orElse("");
    String ports = hostPort.map(this::range).orElse("");
    return at + (at.isEmpty() ? "port " : ":") + ports + "/" + protocol.word();
  }

  private String range(int first) {
    return count == 1 ? String.valueOf(first) : first + "-" + (first + count - 1);
  }
}
