package polder.image.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.List;
import java.util.Locale;

/** The body of an answer, up to its end as the framing says: RFC 9112, sections 6 and 7. */
final class HttpBody extends InputStream {
  private static final long UNTIL_CLOSED = -1;
  private static final long CHUNKED = -2;
  private static final int LONGEST_LINE = 4096;

  private final HttpConnection connection;
  private final InputStream in;
  private final long framing;
  private long left; // of the body, or of this chunk
  private boolean firstChunk = true;
  private boolean ended;
  private boolean closed;

  private HttpBody(HttpConnection connection, long framing) {
    this.connection = connection;
    this.in = connection.input();
    this.framing = framing;
    this.left = Math.max(0, framing);
    this.ended = framing == 0;
  }

  /** The body of an answer to {@code method} with that status and those fields. */
  static HttpBody of(HttpConnection connection, String method, int status, Headers headers)
      throws ProtocolException {
    return new HttpBody(connection, framing(method, status, headers));
  }

  private static long framing(String method, int status, Headers headers) throws ProtocolException {
    if (method.equals("HEAD") || status == 204 || status == 304) {
      return 0;
    }
    List<String> codings = headers.all("Transfer-Encoding");
    List<String> lengths = headers.all("Content-Length").stream().distinct().toList();
    if (!codings.isEmpty()) {
      if (codings.size() > 1
          || !codings.get(0).toLowerCase(Locale.ROOT).equals("chunked")
          || !lengths.isEmpty()) {
        throw new ProtocolException("it is not clear where the answer ends");
      }
      return CHUNKED;
    }
    if (lengths.isEmpty()) {
      return UNTIL_CLOSED;
    }
    if (lengths.size() > 1 || !lengths.get(0).matches("[0-9]{1,18}")) {
      throw new ProtocolException("it is not clear how long the answer is");
    }
    return Long.parseLong(lengths.get(0));
  }

  /** Whether the end can be told from a connection that broke. */
  boolean leavesConnection() {
    return framing != UNTIL_CLOSED;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the answer is closed");
    }
    if (length == 0) {
      return 0;
    }
    if (ended || (framing == CHUNKED && left == 0 && !nextChunk())) {
      return -1;
    }
    int most = framing == UNTIL_CLOSED ? length : (int) Math.min(length, left);
    int got = in.read(buffer, offset, most);
    if (got < 0) {
      if (framing == UNTIL_CLOSED) {
        ended = true;
        return -1;
      }
      throw new EOFException("the answer was cut off");
    }
    if (framing != UNTIL_CLOSED) {
      left -= got;
      ended = framing != CHUNKED && left == 0;
    }
    return got;
  }

  private boolean nextChunk() throws IOException {
    if (!firstChunk && !connection.line(LONGEST_LINE).isEmpty()) {
      throw new ProtocolException("a chunk of the answer is longer than it says");
    }
    firstChunk = false;
    String line = connection.line(LONGEST_LINE);
    int end = line.indexOf(';'); // extensions mean nothing to us
    String digits = (end < 0 ? line : line.substring(0, end)).strip();
    if (!digits.matches("[0-9A-Fa-f]{1,15}")) {
      throw new ProtocolException("a chunk of the answer does not say how long it is");
    }
    left = Long.parseLong(digits, 16);
    if (left > 0) {
      return true;
    }
    for (int trailers = 0; !connection.line(LONGEST_LINE).isEmpty(); trailers++) {
      if (trailers > 100) {
        throw new ProtocolException("the answer does not end");
      }
    }
    ended = true;
    return false;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      connection.release(ended && leavesConnection());
    }
  }
}
