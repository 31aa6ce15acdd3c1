package polder.storage.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;
import polder.model.Json;

/** Writes a stream: its head, then parts, then its end. */
public final class StreamOutput {
  private static final int PIECE = 256 << 10;

  private final OutputStream to;
  private final MessageDigest digest = Records.sha256();

  /** Begins a stream. Closing {@code to} stays the caller's. */
  public StreamOutput(OutputStream to, Map<String, Object> head) throws IOException {
    this.to = to;
    byte[] magic = Records.MAGIC.getBytes(StandardCharsets.US_ASCII);
    byte[] start = Arrays.copyOf(magic, magic.length + Integer.BYTES);
    ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putInt(magic.length, Records.VERSION);
    write(start, 0, start.length);
    json(Records.HEAD, head);
  }

  /** Begins a part; its changes are what is written to the answer until that is closed. */
  public OutputStream part(Map<String, Object> about) throws IOException {
    json(Records.PART, about);
    return new Part();
  }

  /** Says that this was all. */
  public void end() throws IOException {
    byte[] sum = Records.soFar(digest);
    record(Records.END, sum, sum.length);
    to.flush();
  }

  private final class Part extends OutputStream {
    private final byte[] piece = new byte[PIECE];
    private int have;
    private boolean closed;

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int more = Math.min(length - done, piece.length - have);
        System.arraycopy(buffer, offset + done, piece, have, more);
        have += more;
        done += more;
        if (have == piece.length) {
          send();
        }
      }
    }

    private void send() throws IOException {
      if (have > 0) {
        record(Records.DATA, piece, have);
        have = 0;
      }
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      send();
      byte[] sum = Records.soFar(digest);
      record(Records.PART_END, sum, sum.length);
    }
  }

  private void json(int kind, Map<String, Object> tree) throws IOException {
    byte[] text = Json.write(tree).getBytes(StandardCharsets.UTF_8);
    if (text.length > Records.LONGEST) {
      throw new IllegalArgumentException("%d bytes are too many to tell".formatted(text.length));
    }
    record(kind, text, text.length);
  }

  private void record(int kind, byte[] contents, int length) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(kind);
    crc.update(contents, 0, length);
    byte[] head = new byte[Integer.BYTES + 1];
    ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putInt(length).put((byte) kind);
    write(head, 0, head.length);
    write(contents, 0, length);
    byte[] end = new byte[Integer.BYTES];
    ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).putInt((int) crc.getValue());
    write(end, 0, end.length);
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    to.write(bytes, offset, length);
  }
}
