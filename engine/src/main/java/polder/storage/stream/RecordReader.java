package polder.storage.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** Reads records one after the other, and refuses what is none or is damaged. */
final class RecordReader {
  private final InputStream from;
  private final boolean digests;
  private final MessageDigest digest = Records.sha256();

  private RecordReader(InputStream from, boolean digests) {
    this.from = from;
    this.digests = digests;
  }

  /**
   * Reads the beginning of a stream.
   *
   * @throws polder.model.PolderException INVALID if it is none, or of a later version
   */
  static RecordReader ofStream(InputStream from) throws IOException {
    RecordReader reader = new RecordReader(from, true);
    byte[] magic = Records.MAGIC.getBytes(StandardCharsets.US_ASCII);
    byte[] start = reader.read(magic.length + Integer.BYTES);
    if (!Arrays.equals(start, 0, magic.length, magic, 0, magic.length)) {
      throw Malformed.stream("it is not what 'polder send' writes");
    }
    int version = little(start).getInt(magic.length);
    if (version != Records.VERSION) {
      throw Malformed.stream(
          "it is of version %s, and version %d is known"
              .formatted(Integer.toUnsignedString(version), Records.VERSION));
    }
    return reader;
  }

  /** Reads records of which the digests were found right when they came. */
  static RecordReader ofRecords(InputStream from) {
    return new RecordReader(from, false);
  }

  /**
   * The next one; if it is a digest, that was right.
   *
   * @throws EOFException if there is none, or not all of it
   * @throws polder.model.PolderException INVALID if it is damaged
   */
  StreamRecord next() throws IOException {
    byte[] sum = Records.soFar(digest);
    ByteBuffer start = little(read(Integer.BYTES + 1));
    int length = start.getInt();
    int kind = start.get();
    if (length < 0 || length > Records.LONGEST) {
      throw Malformed.stream("a record of %s bytes".formatted(Integer.toUnsignedString(length)));
    }
    byte[] contents = read(length);
    int crc = little(read(Integer.BYTES)).getInt();
    if (crc != StreamRecord.crc(kind, contents, length)) {
      throw Malformed.stream("a record's checksum is wrong");
    }
    boolean isDigest = kind == Records.PART_END || kind == Records.END;
    if (digests && isDigest && !MessageDigest.isEqual(sum, contents)) {
      throw Malformed.stream("its digest is wrong");
    }
    return new StreamRecord(kind, contents);
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
