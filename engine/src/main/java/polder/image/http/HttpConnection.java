package polder.image.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.BiConsumer;

/** A connection to a server, for one request at a time. */
final class HttpConnection implements AutoCloseable {
  private static final int HEAD = 64 << 10; // all fields of an answer together
  private static final int FIELDS = 200;
  private static final int INTERIM = 8; // answers of status 1xx before the real one
  private static final int BUFFER = 1 << 16;

  private final Origin origin;
  private final PacedSocket plain;
  private final Socket socket;
  private final InputStream in;
  private final BiConsumer<HttpConnection, Boolean> release;
  private boolean mayStay;
  private boolean heard; // something of the answer that is waited for
  private int headLeft;
  private long idleSince;

  /**
   * A connection that is made.
   *
   * @param plain below TLS
   * @param socket what is spoken over
   * @param release told when an answer was read, and whether the connection can be used again
   */
  HttpConnection(
      Origin origin, PacedSocket plain, Socket socket, BiConsumer<HttpConnection, Boolean> release)
      throws IOException {
    this.origin = origin;
    this.plain = plain;
    this.socket = socket;
    this.release = release;
    this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
  }

  Origin origin() {
    return origin;
  }

  InputStream input() {
    return in;
  }

  /** Whether anything of the answer to the last request came. */
  boolean heard() {
    return heard;
  }

  long idleSince() {
    return idleSince;
  }

  InetAddress address() {
    return plain.getInetAddress();
  }

  /** Sends a request, and reads the head of its answer. */
  HttpAnswer ask(HttpRequest request) throws IOException {
    heard = false;
    plain.begin();
    send(request);
    for (int i = 0; i <= INTERIM; i++) {
      headLeft = HEAD;
      int status = status(line(headLeft));
      Headers headers = headers();
      if (status >= 200) {
        boolean close =
            headers.all("Connection").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("close"));
        mayStay &= !close;
        HttpBody body = HttpBody.of(this, request.method(), status, headers);
        return new HttpAnswer(status, headers, body, origin, address());
      }
    }
    throw new ProtocolException("it goes on announcing an answer");
  }

  private void send(HttpRequest request) throws IOException {
    HttpRequest.Body body = request.body();
    StringBuilder head = new StringBuilder(512);
    head.append(request.method())
        .append(' ')
        .append(request.url().target())
        .append(" HTTP/1.1\r\n");
    Headers own =
        Headers.NONE
            .with("Host", origin.authority())
            .with("User-Agent", "polder")
            .with("Accept-Encoding", "identity");
    own.writeTo(head);
    request.headers().writeTo(head);
    boolean sends = body != null || !request.isSafe();
    if (sends) {
      head.append("Content-Length: ").append(body == null ? 0 : body.length()).append("\r\n");
    }
    head.append("\r\n");
    OutputStream out = socket.getOutputStream();
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    if (body != null) {
      copy(body, out);
    }
    out.flush();
  }

  private static void copy(HttpRequest.Body body, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream stream = body.open()) {
      for (long left = body.length(); left > 0; ) {
        int got = stream.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (got < 0) {
          throw new EOFException("what is sent is shorter than was said");
        }
        out.write(buffer, 0, got);
        left -= got;
      }
    }
  }

  private int status(String line) throws ProtocolException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new ProtocolException("what it answers is not HTTP/1.1");
    }
    mayStay = line.startsWith("HTTP/1.1");
    return Integer.parseInt(line.substring(9, 12));
  }

  private Headers headers() throws IOException {
    Headers.Builder headers = new Headers.Builder();
    for (String line = line(headLeft); !line.isEmpty(); line = line(headLeft)) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      if (!Headers.isName(name) || !Headers.isValue(value) || headers.count() == FIELDS) {
        throw new ProtocolException("the fields of its answer cannot be read");
      }
      headers.add(name, value);
    }
    return headers.build();
  }

  /** The next line, without its end; it is read as ISO 8859-1. */
  String line(int most) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection was closed before the answer");
      }
      heard = true;
      if (next == '\n') {
        break;
      }
      if (line.length() >= most) {
        throw new ProtocolException("the fields of its answer are longer than " + HEAD + " bytes");
      }
      line.append((char) next);
    }
    headLeft -= line.length() + 1;
    int length = line.length();
    if (length > 0 && line.charAt(length - 1) == '\r') {
      line.setLength(length - 1);
    }
    return line.toString();
  }

  /** The answer is read, to its end if {@code whole}. */
  void release(boolean whole) {
    idleSince = System.nanoTime();
    release.accept(this, whole && mayStay);
  }

  @Override
  public void close() {
    try {
      plain.close(); // TLS' own farewell could block
    } catch (IOException e) {
      // nothing more can be done about it
    }
  }
}
