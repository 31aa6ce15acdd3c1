package polder.image.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * A place on a server.
 *
 * @param origin which server
 * @param target path and query, as they are sent: visible ASCII only
 */
public record HttpUrl(Origin origin, String target) {
  private static final int LONGEST = 8192;

  public HttpUrl {
    if (!target.startsWith("/") || target.length() > LONGEST) {
      throw new IllegalArgumentException("its path is not one that can be asked for");
    }
    if (!target.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#')) {
      throw new IllegalArgumentException("its path has characters that must be encoded");
    }
  }

  /**
   * Reads an absolute one.
   *
   * @throws IllegalArgumentException for another scheme than http and https, for a user's name in
   *     it, and for what is none; the message says why
   */
  public static HttpUrl of(String text) {
    return of(uri(text));
  }

  /** Reads one that may be relative to this. */
  public HttpUrl resolve(String reference) {
    return of(uri(toString()).resolve(uri(reference)));
  }

  private static URI uri(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException("it is longer than " + LONGEST + " characters");
    }
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("it is no URL: " + e.getReason(), e);
    }
  }

  private static HttpUrl of(URI uri) {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("its scheme is neither http nor https");
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("it must name a host, and no user");
    }
    boolean secure = scheme.equals("https");
    int port = uri.getPort() < 0 ? Origin.usualPort(secure) : uri.getPort();
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new HttpUrl(new Origin(secure, uri.getHost(), port), path + query);
  }

  /** The same without the query, which may hold a secret: for messages. */
  public String shown() {
    int query = target.indexOf('?');
    return origin + (query < 0 ? target : target.substring(0, query));
  }

  @Override
  public String toString() {
    return origin + target;
  }
}
