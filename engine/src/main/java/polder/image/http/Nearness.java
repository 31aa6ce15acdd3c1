package polder.image.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/** How near an address is to this host. A server that is far may not lead us to what is nearer. */
public enum Nearness {
  /**
   * No server's: link-local, where clouds keep their secrets (169.254.0.0/16, fe80::/10),
   * unspecified, multicast, reserved.
   */
  NEVER,
  /** This host: 127.0.0.0/8, ::1. */
  HERE,
  /** A private network: RFC 1918, RFC 6598, RFC 4193. */
  INSIDE,
  /** Anywhere else. */
  OUTSIDE;

  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  /** How near {@code address} is. */
  public static Nearness of(InetAddress address) {
    return address instanceof Inet6Address ? of6(address) : of4(address.getAddress());
  }

  private static Nearness of4(byte[] bytes) {
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (first == 127) {
      return HERE;
    }
    if (first == 0 || first >= 224 || (first == 169 && second == 254)) {
      return NEVER;
    }
    boolean inside =
        first == 10
            || (first == 172 && (second & 0xf0) == 16)
            || (first == 192 && second == 168)
            || (first == 100 && (second & 0xc0) == 64)
            || (first == 198 && (second & 0xfe) == 18);
    return inside ? INSIDE : OUTSIDE;
  }

  private static Nearness of6(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address.isLoopbackAddress()) {
      return HERE;
    }
    if (address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()) {
      return NEVER;
    }
    if (Arrays.equals(bytes, 0, NAT64.length, NAT64, 0, NAT64.length) || isCompatible(bytes)) {
      return of4(Arrays.copyOfRange(bytes, 12, 16));
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x02) { // 6to4, RFC 3056
      return of4(Arrays.copyOfRange(bytes, 2, 6));
    }
    return (bytes[0] & 0xfe) == 0xfc || address.isSiteLocalAddress() ? INSIDE : OUTSIDE;
  }

  /** An address of IPv4 in the last four bytes, nothing before them: RFC 4291, section 2.5.5.1. */
  private static boolean isCompatible(byte[] bytes) {
    for (int i = 0; i < 12; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code host} is an address, not a name; and this host's own name counts as one. */
  public static boolean isLiteral(String host) {
    return host.equals("localhost")
        || host.contains(":")
        || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  }

  /** How near an address is that is written out: HERE for {@code localhost}. */
  public static Nearness ofLiteral(String host) {
    if (host.equals("localhost")) {
      return HERE;
    }
    try {
      return of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return NEVER;
    }
  }
}
