package polder.storage.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Writes a stream: its head, then parts, then its end. Or, of one that broke off, what is missing:
 * it is then told all of it again, and writes nothing before it knows that this begins with what
 * the receiver has.
 */
public final class StreamOutput {
  private static final int PIECE = 256 << 10;

  private final OutputStream to;
  private final MessageDigest digest = Records.sha256();

  private final Map<String, Object> head;
  private final StreamMark.Counter left = new StreamMark.Counter();
  private final Optional<StreamMark> leave;
  private boolean writing;

  private StreamOutput(OutputStream to, Map<String, Object> head, Optional<StreamMark> leave) {
    this.to = to;
    this.head = head;
    this.leave = leave;
  }

  /** Begins a stream. Closing {@code to} stays the caller's. */
  public static StreamOutput begin(OutputStream to, Map<String, Object> head) throws IOException {
    StreamOutput stream = new StreamOutput(to, head, Optional.empty());
    stream.start(Records.HEAD);
    return stream;
  }

  /**
   * Goes on with a stream after {@code mark}; what comes before it is left out.
   *
   * @param head says to whom it goes on for what
   */
  public static StreamOutput after(StreamMark mark, OutputStream to, Map<String, Object> head) {
    return new StreamOutput(to, head, Optional.of(mark));
  }

  private void start(int kind) throws IOException {
    writing = true;
    byte[] magic = Records.MAGIC.getBytes(StandardCharsets.US_ASCII);
    byte[] start = Arrays.copyOf(magic, magic.length + Integer.BYTES);
    ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).putInt(magic.length, Records.VERSION);
    write(start, 0, start.length);
    json(kind, head);
  }

  /** Begins a part; its changes are what is written to the answer until that is closed. */
  public OutputStream part(Map<String, Object> about) throws IOException {
    json(Records.PART, about);
    return new Part();
  }

  /**
   * Says that this was all.
   *
   * @throws PolderException INVALID if what was told is not more than what was to be left out
   */
  public void end() throws IOException {
    if (!writing) {
      throw changed();
    }
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
    if (!writing) {
      leave(kind, contents, length);
      return;
    }
    byte[] head = new byte[Integer.BYTES + 1];
    ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putInt(length).put((byte) kind);
    write(head, 0, head.length);
    write(contents, 0, length);
    byte[] end = new byte[Integer.BYTES];
    int crc = StreamRecord.crc(kind, contents, length);
    ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).putInt(crc);
    write(end, 0, end.length);
  }

  private void leave(int kind, byte[] contents, int length) throws IOException {
    left.pass(kind, contents, length);
    StreamMark mark = leave.orElseThrow();
    if (left.records() == mark.records()) {
      if (!left.mark().equals(mark)) {
        throw changed();
      }
      start(Records.RESUME);
    }
  }

  private static PolderException changed() {
    return new PolderException(
        ErrorKind.INVALID,
        "the resume token is refused: what is sent now does not begin with what was received; send the zone from its beginning");
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    digest.update(bytes, offset, length);
    to.write(bytes, offset, length);
  }
}
