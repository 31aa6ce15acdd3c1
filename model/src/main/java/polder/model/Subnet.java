package polder.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses that nics on a network have.
 *
 * @param cidr the network itself, without a host's bits; of IPv4 /8 to /30, of IPv6 /16 to /126
 * @param gateway where its default route leads
 * @param pool from which nics get theirs that give none
 */
public record Subnet(Cidr cidr, Optional<IpAddress> gateway, Optional<Range> pool) {
  private static final int SHORTEST_FOUR = 8;
  private static final int LONGEST_FOUR = 30;
  private static final int SHORTEST_SIX = 16;
  private static final int LONGEST_SIX = 126;
  private static final long MOST_STANDARD = 0xffff; // addresses of a pool that nobody asked for

  /**
   * A range of addresses, both ends included.
   *
   * @param first the first
   * @param last the last; not before the first, and 2^32 after it at most
   */
  public record Range(IpAddress first, IpAddress last) {
    private static final Pattern FORM = Pattern.compile("([^-]{2,45})-([^-]{2,45})");

    public Range {
      boolean far = first.six() != last.six() || first.high() != last.high();
      if (far || first.compareTo(last) > 0 || (last.low() - first.low()) >>> 32 != 0) {
        throw new PolderException(
            ErrorKind.INVALID,
            "'%s-%s' is no range: the first address, the last, 2^32 at most"
                .formatted(first, last));
      }
    }

    /** Reads one, such as 10.1.2.10-10.1.2.99. */
    public static Range of(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new PolderException(
            ErrorKind.INVALID,
            "'%s' must be two addresses, such as 10.1.2.10-10.1.2.99"
                .formatted(Types.shorten(text)));
      }
      return new Range(IpAddress.of(form.group(1)), IpAddress.of(form.group(2)));
    }

    /** How many addresses. */
    public long size() {
      return last.low() - first.low() + 1;
    }

    @Override
    public String toString() {
      return first + "-" + last;
    }
  }

  public Subnet {
    int shortest = cidr.address().six() ? SHORTEST_SIX : SHORTEST_FOUR;
    int longest = cidr.address().six() ? LONGEST_SIX : LONGEST_FOUR;
    if (!cidr.equals(cidr.network())) {
      throw invalid("'%s' has a host's bits; its network is %s".formatted(cidr, cidr.network()));
    }
    if (cidr.prefix() < shortest || cidr.prefix() > longest) {
      throw invalid("'%s': a subnet is /%d to /%d".formatted(cidr, shortest, longest));
    }
    if (!cidr.address().isUnicast() || cidr.address().isLinkLocal()) {
      throw invalid("'%s' is kept for other uses".formatted(cidr));
    }
    if (gateway.isPresent() && !cidr.isHost(gateway.get())) {
      throw invalid("gateway '%s' is no host's address in %s".formatted(gateway.get(), cidr));
    }
    if (pool.isPresent()
        && !(cidr.contains(pool.get().first()) && cidr.contains(pool.get().last()))) {
      throw invalid("pool '%s' is not within %s".formatted(pool.get(), cidr));
    }
  }

  /**
   * As this one, with what nobody asked for but a network of {@code kind} has: where the host is
   * the gateway, its first address; and unless others are on the network too, a pool of all.
   */
  public Subnet completed(Network.Kind kind) {
    IpAddress first = cidr.address().plus(1);
    Optional<IpAddress> way = gateway.or(() -> Optional.of(first).filter(f -> kind.hasHost()));
    Optional<Range> from =
        pool.or(() -> Optional.of(all(first)).filter(range -> !kind.hasParent()));
    return new Subnet(cidr, way, from);
  }

  private Range all(IpAddress first) {
    IpAddress last = cidr.last();
    if (cidr.address().six()) {
      boolean large =
          last.high() != first.high()
              || Long.compareUnsigned(last.low() - first.low(), MOST_STANDARD) > 0;
      return new Range(first, large ? first.plus(MOST_STANDARD - 1) : last);
    }
    return new Range(first, last.plus(-1)); // the last one means all
  }

  private static PolderException invalid(String sentence) {
    return new PolderException(ErrorKind.INVALID, sentence);
  }
}
