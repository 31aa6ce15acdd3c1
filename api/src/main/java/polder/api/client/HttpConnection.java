package polder.api.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** One connection for one request (HTTP/1.1, RFC 9112), or for what it is upgraded to. */
final class HttpConnection implements Closeable {
  private static final int LONGEST_HEAD = 65_536;
  private static final int MOST_INTERIM = 16; // answers such as 100 before the real one

  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private @Nullable IOException unsent; // why the request could not be sent to its end

  private HttpConnection(SocketChannel channel) {
    this.channel = channel;
    this.in = new BufferedInputStream(new In(), 32_768);
    this.out = new Out();
  }

  /**
   * Connects.
   *
   * @throws PolderException UNREACHABLE if nobody answers there, DENIED if we may not
   */
  @SuppressWarnings("MustBeClosedChecker") // the connection owns the channel
  static HttpConnection open(Path socket) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new HttpConnection(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw refused(socket, e);
    }
  }

  private static PolderException refused(Path socket, IOException e) {
    String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (why.contains("permission denied")) {
      return new PolderException(
          ErrorKind.DENIED,
          "may not connect to '%s': be root, or in the group 'polder'".formatted(socket),
          e);
    }
    if (e instanceof ConnectException || e instanceof SocketException) {
      why = Files.exists(socket) ? "nobody listens there" : "there is no such socket";
    }
    return new PolderException(
        ErrorKind.UNREACHABLE,
        "cannot reach the daemon at '%s': %s; start it with 'polder daemon'".formatted(socket, why),
        e);
  }

  /** Sends a request whole. */
  void send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(headers);
    if (body != null) {
      all.put("Content-Length", String.valueOf(body.length));
    }
    byte[] head = head(method, target, all);
    if (body == null) {
      out.write(head);
    } else {
      ByteArrayOutputStream request = new ByteArrayOutputStream(head.length + body.length);
      request.writeBytes(head);
      request.writeBytes(body);
      out.write(request.toByteArray());
    }
  }

  /**
   * Sends a request with a body that comes bit by bit.
   *
   * @throws PolderException HOST if {@code body} cannot be read: that is no fault of the daemon's
   */
  void send(String method, String target, Map<String, String> headers, InputStream body)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Transfer-Encoding", "chunked");
    out.write(head(method, target, all));
    byte[] buffer = new byte[65_536];
    try {
      for (int n = read(body, buffer); n >= 0; n = read(body, buffer)) {
        if (n > 0) {
          chunk(buffer, n);
        }
      }
      chunk(buffer, 0);
    } catch (IOException e) {
      unsent = e; // the daemon may have answered already, and the reply says why
    }
  }

  private static int read(InputStream body, byte[] buffer) {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot read what is to be sent: " + e.getMessage(), e);
    }
  }

  /** Sends a chunk; the one of no bytes is the last. */
  private void chunk(byte[] bytes, int length) throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(length + 16);
    chunk.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    chunk.write(bytes, 0, length);
    chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    out.write(chunk.toByteArray());
  }

  private static byte[] head(String method, String target, Map<String, String> headers) {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: polder\r\n");
    if (!headers.containsKey("Connection")) {
      head.append("Connection: close\r\n");
    }
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the answer's head; its body is read from what is returned. */
  Reply reply() throws IOException {
    try {
      for (int i = 0; i < MOST_INTERIM; i++) {
        Reply reply = one();
        if (reply.status() >= 200 || reply.status() == 101) {
          return reply;
        }
      }
      throw new IOException("more than %d interim answers".formatted(MOST_INTERIM));
    } catch (IOException e) {
      if (unsent != null) {
        e.addSuppressed(unsent);
      }
      throw e;
    }
  }

  private Reply one() throws IOException {
    String status = line(LONGEST_HEAD);
    if (!status.matches("HTTP/1\\.1 [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("no HTTP/1.1 answer: '%s'".formatted(status));
    }
    int code = Integer.parseInt(status.substring(9, 12));
    Map<String, String> headers = new LinkedHashMap<>();
    int left = LONGEST_HEAD;
    for (String line = line(left); !line.isEmpty(); line = line(left)) {
      left -= line.length();
      int colon = line.indexOf(':');
      if (colon < 1 || left <= 0) {
        throw new IOException("a header is malformed or too long");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Reply(code, headers, body(code, headers));
  }

  private InputStream body(int code, Map<String, String> headers) throws IOException {
    if (code < 200 || code == 204) {
      return InputStream.nullInputStream();
    }
    if (Optional.ofNullable(headers.get("transfer-encoding")).orElse("").equals("chunked")) {
      return new ChunkedInput(this);
    }
    String length = headers.get("content-length");
    if (length == null) {
      return in;
    }
    try {
      return new CountedInput(in, Long.parseLong(length));
    } catch (NumberFormatException e) {
      throw new IOException("the answer's Content-Length is no number", e);
    }
  }

  /** A line without its end. */
  String line(int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the daemon closed the connection before it had answered");
      }
      if (line.size() >= most) {
        throw new IOException("a line is too long");
      }
      line.write(c);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Raw, from the far end. */
  InputStream in() {
    return in;
  }

  /** Raw, to the far end; closing it closes our half only. */
  OutputStream out() {
    return out;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // it is gone, which is what was wanted
    }
  }

  private final class In extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return length == 0 ? 0 : channel.read(ByteBuffer.wrap(into, offset, length));
    }
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void close() throws IOException {
      channel.shutdownOutput();
    }
  }
}
