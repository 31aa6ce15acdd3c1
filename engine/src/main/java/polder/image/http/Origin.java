package polder.image.http;

import java.util.Locale;

/**
 * A server, as far as trust in it goes (RFC 6454): another scheme, host or port is another one.
 *
 * @param secure whether it is spoken to over TLS
 * @param host a name in lower case, or an address; one of IPv6 without brackets
 * @param port 1 to 65,535
 */
public record Origin(boolean secure, String host, int port) {
  public Origin {
    host = host.toLowerCase(Locale.ROOT);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.endsWith(".") || host.isEmpty()) {
      throw new IllegalArgumentException("'" + host + "' is no host");
    }
    if (port < 1 || port > 0xffff) {
      throw new IllegalArgumentException(port + " is no port");
    }
  }

  /** What {@code http} or {@code https} use where none is named. */
  static int usualPort(boolean secure) {
    return secure ? 443 : 80;
  }

  /** Host and port as in the Host field: without the usual port. */
  public String authority() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return port == usualPort(secure) ? name : name + ":" + port;
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }
}
