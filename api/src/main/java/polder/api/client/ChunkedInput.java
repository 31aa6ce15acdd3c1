package polder.api.client;

import java.io.IOException;
import java.io.InputStream;

/** A body in chunks (RFC 9112, section 7.1). One that breaks off is an error, not an end. */
final class ChunkedInput extends InputStream {
  private static final int LONGEST_LINE = 1024;

  private final HttpConnection connection;
  private InputStream chunk = InputStream.nullInputStream();
  private boolean first = true;
  private boolean ended;

  ChunkedInput(HttpConnection connection) {
    this.connection = connection;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int count = chunk.read(into, offset, length);
      if (count > 0) {
        return count;
      }
      next();
    }
    return -1;
  }

  private void next() throws IOException {
    if (!first && !connection.line(LONGEST_LINE).isEmpty()) {
      throw new IOException("a chunk is longer than it says");
    }
    first = false;
    String head = connection.line(LONGEST_LINE);
    String size = head.split(";", 2)[0].strip();
    if (!size.matches("[0-9a-fA-F]{1,8}")) {
      throw new IOException("a chunk's size is no number");
    }
    long length = Long.parseLong(size, 16);
    if (length > 0) {
      chunk = new CountedInput(connection.in(), length);
      return;
    }
    while (!connection.line(LONGEST_LINE).isEmpty()) {
      // trailers say nothing that we need
    }
    ended = true;
  }
}
