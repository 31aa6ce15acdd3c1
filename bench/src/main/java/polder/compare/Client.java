package polder.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks a place's small server, by HTTP/1.0: a connection for each answer, until its end. */
final class Client {
  private static final int PATIENCE = 60_000; // ms
  private static final int BUFFER = 1 << 18;
  private static final long LARGE = 16 << 20;
  private static final byte[] GOOD = "HTTP/1.0 200".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STILL_GOOD = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

  private Client() {}

  /** Reads the large file {@code count} times. */
  static void download(InetSocketAddress server, int count) {
    for (int i = 0; i < count; i++) {
      long bytes = get(server, "/large");
      if (bytes < LARGE) {
        throw new IllegalStateException(
            "the server at %s sent %d bytes of %d".formatted(server, bytes, LARGE));
      }
    }
  }

  /** Reads the small file {@code count} times. */
  static void ask(InetSocketAddress server, int count) {
    for (int i = 0; i < count; i++) {
      get(server, "/small");
    }
  }

  /** Reads one answer, and returns how many bytes it has with its head. */
  private static long get(InetSocketAddress server, String path) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE);
      socket.connect(server, PATIENCE);
      socket
          .getOutputStream()
          .write("GET %s HTTP/1.0\r\n\r\n".formatted(path).getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] head = in.readNBytes(GOOD.length);
      if (!Arrays.equals(head, GOOD) && !Arrays.equals(head, STILL_GOOD)) {
        throw new IllegalStateException(
            "the server at %s answers '%s'"
                .formatted(server, new String(head, StandardCharsets.ISO_8859_1)));
      }
      byte[] buffer = new byte[BUFFER];
      long bytes = head.length;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from " + server + ": " + e.getMessage(), e);
    }
  }
}
