package polder.storage.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import polder.model.Json;
import polder.model.PolderException;

/** Reads a stream, and refuses what is none or is damaged. */
public final class StreamInput {
  private final InputStream from;
  private final MessageDigest digest = Records.sha256();
  private final Map<String, Object> head;
  private boolean inPart;
  private boolean ended;

  /**
   * Reads the beginning of a stream, and its head. Closing {@code from} stays the caller's.
   *
   * @throws PolderException INVALID if it is none, or of a later version
   */
  public StreamInput(InputStream from) throws IOException {
    this.from = from;
    byte[] magic = Records.MAGIC.getBytes(StandardCharsets.US_ASCII);
    byte[] start = read(magic.length + Integer.BYTES);
    if (!Arrays.equals(start, 0, magic.length, magic, 0, magic.length)) {
      throw Malformed.stream("it is not what 'polder send' writes");
    }
    int version = little(start).getInt(magic.length);
    if (version != Records.VERSION) {
      throw Malformed.stream(
          "it is of version %s, and version %d is known"
              .formatted(Integer.toUnsignedString(version), Records.VERSION));
    }
    this.head = json(next(Records.HEAD));
  }

  /** What the stream is of. */
  public Map<String, Object> head() {
    return head;
  }

  /**
   * What the next part is of. The one before must have been read to its end.
   *
   * @return empty after the last one: then the stream was whole
   */
  public Optional<Map<String, Object>> nextPart() throws IOException {
    if (inPart) {
      throw new IllegalStateException("a part is not read to its end");
    }
    if (ended) {
      return Optional.empty();
    }
    byte[] sum = Records.soFar(digest);
    Piece record = record();
    if (record.kind() == Records.END) {
      verify(sum, record.contents());
      ended = true;
      return Optional.empty();
    }
    if (record.kind() != Records.PART) {
      throw Malformed.stream("a record is where it cannot be");
    }
    inPart = true;
    return Optional.of(json(record.contents()));
  }

  /** The changes of the part whose turn it is; at their end they were verified. */
  public InputStream changes() {
    return new Changes();
  }

  private final class Changes extends InputStream {
    private byte[] piece = new byte[0];
    private int at;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (at == piece.length) {
        if (!inPart || !more()) {
          return -1;
        }
      }
      int some = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, buffer, offset, some);
      at += some;
      return some;
    }

    private boolean more() throws IOException {
      byte[] sum = Records.soFar(digest);
      Piece record = record();
      if (record.kind() == Records.PART_END) {
        verify(sum, record.contents());
        inPart = false;
        return false;
      }
      if (record.kind() != Records.DATA) {
        throw Malformed.stream("a record is where it cannot be");
      }
      piece = record.contents();
      at = 0;
      return true;
    }
  }

  private static void verify(byte[] sum, byte[] told) {
    if (!MessageDigest.isEqual(sum, told)) {
      throw Malformed.stream("its digest is wrong");
    }
  }

  private static Map<String, Object> json(byte[] text) {
    try {
      return Json.object(text);
    } catch (PolderException e) {
      throw Malformed.stream("what it says of itself is damaged: " + e.getMessage());
    }
  }

  /** One record. */
  private static final class Piece {
    private final int kind;
    private final byte[] contents;

    Piece(int kind, byte[] contents) {
      this.kind = kind;
      this.contents = contents;
    }

    int kind() {
      return kind;
    }

    byte[] contents() {
      return contents;
    }
  }

  private byte[] next(int kind) throws IOException {
    Piece record = record();
    if (record.kind() != kind) {
      throw Malformed.stream("a record is where it cannot be");
    }
    return record.contents();
  }

  private Piece record() throws IOException {
    ByteBuffer start = little(read(Integer.BYTES + 1));
    int length = start.getInt();
    int kind = start.get();
    if (length < 0 || length > Records.LONGEST) {
      throw Malformed.stream("a record of %s bytes".formatted(Integer.toUnsignedString(length)));
    }
    byte[] contents = read(length);
    CRC32C crc = new CRC32C();
    crc.update(kind);
    crc.update(contents);
    if (little(read(Integer.BYTES)).getInt() != (int) crc.getValue()) {
      throw Malformed.stream("a record's checksum is wrong");
    }
    return new Piece(kind, contents);
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = from.readNBytes(length);
    digest.update(bytes);
    if (bytes.length < length) {
      throw new EOFException("the stream ends in the middle");
    }
    return bytes;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
