package polder.image.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;

/**
 * A server's answer. Closing it gives the connection to the next request if the body was read to
 * its end, and ends it otherwise.
 *
 * @param status 200 to 599
 * @param headers its fields
 * @param body what it holds; not to be used once this is closed
 * @param origin who answers
 * @param from the address that it came from
 */
public record HttpAnswer(
    int status, Headers headers, InputStream body, Origin origin, InetAddress from)
    implements AutoCloseable {
  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // the connection is gone, which is what was asked for
    }
  }

  /**
   * The whole body.
   *
   * @throws IOException also if it is longer than {@code most} bytes
   */
  public byte[] read(int most) throws IOException {
    byte[] bytes = body.readNBytes(most + 1);
    if (bytes.length > most) {
      throw new TooLongException(most);
    }
    return bytes;
  }

  /** More was sent than can be meant. */
  public static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    TooLongException(int most) {
      super("the answer is longer than " + most + " bytes");
    }
  }
}
