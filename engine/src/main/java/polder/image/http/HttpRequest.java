package polder.image.http;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a server.
 *
 * @param method GET, HEAD, POST, PUT, PATCH or DELETE
 * @param url where
 * @param headers more than Host and what the body needs
 * @param body what is sent; null for none
 */
public record HttpRequest(String method, HttpUrl url, Headers headers, @Nullable Body body) {
  /** Bytes to send, from their beginning each time. */
  public interface Body {
    /** How many. */
    long length();

    /** Opens them. */
    InputStream open() throws IOException;
  }

  /** Whether it can be sent again without a second effect: RFC 9110, section 9.2.2. */
  boolean isSafe() {
    return body == null && (method.equals("GET") || method.equals("HEAD"));
  }
}
