package polder.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address and how many bits of it are its network's: {@code 10.1.2.3/24}.
 *
 * @param address of a host, or of the network itself
 * @param prefix 0 to 32, or to 128
 */
public record Cidr(IpAddress address, int prefix) {
  private static final Pattern FORM = Pattern.compile("([^/]{2,45})/(0|[1-9][0-9]{0,2})");
  private static final int HALF = 64;

  public Cidr {
    if (prefix < 0 || prefix > address.bits()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s/%d': a prefix is 0 to %d".formatted(address, prefix, address.bits()));
    }
  }

  /**
   * Reads one strictly.
   *
   * @throws PolderException INVALID
   */
  public static Cidr of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' must be an address and a prefix, such as 10.1.2.3/24"
              .formatted(Types.shorten(text)));
    }
    return new Cidr(IpAddress.of(form.group(1)), Integer.parseInt(form.group(2)));
  }

  /** Reads one, or an address alone, which is a network of its own. */
  public static Cidr orAddress(String text) {
    if (text.indexOf('/') >= 0) {
      return of(text);
    }
    IpAddress address = IpAddress.of(text);
    return new Cidr(address, address.bits());
  }

  /** The network that the address is in: its other bits are zeros. */
  public Cidr network() {
    return new Cidr(
        new IpAddress(address.six(), address.high() & highMask(), address.low() & lowMask()),
        prefix);
  }

  /** The network's last address. */
  public IpAddress last() {
    long ones = address.six() ? ~lowMask() : ~lowMask() & 0xffff_ffffL;
    long high = address.six() ? address.high() | ~highMask() : 0;
    return new IpAddress(address.six(), high, address.low() | ones);
  }

  /** Whether {@code other} is in the same network. */
  public boolean contains(IpAddress other) {
    return other.six() == address.six()
        && (other.high() & highMask()) == (address.high() & highMask())
        && (other.low() & lowMask()) == (address.low() & lowMask());
  }

  /** Whether an address is in both networks. */
  public boolean overlaps(Cidr other) {
    return contains(other.network().address()) || other.contains(network().address());
  }

  /**
   * Whether {@code host}, which is in this network, can be a host's: of IPv4 the first and the last
   * are the network's own, unless it has two or one.
   */
  public boolean isHost(IpAddress host) {
    boolean ends = host.equals(network().address()) || host.equals(last());
    return contains(host) && !(ends && prefix < address.bits() - 1 && !address.six());
  }

  private long highMask() {
    if (!address.six()) {
      return 0;
    }
    return prefix >= HALF ? -1 : prefix == 0 ? 0 : -1L << (HALF - prefix);
  }

  private long lowMask() {
    int bits = address.six() ? prefix - HALF : prefix + HALF - 32;
    return bits <= 0 ? 0 : bits >= HALF ? -1 : -1L << (HALF - bits);
  }

  @Override
  public String toString() {
    return address + "/" + prefix;
  }
}
