package polder.storage.stream;

import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * How far a stream has got.
 *
 * @param records how many records after its head
 * @param digest SHA-256 of those, in lower-case hexadecimal: of kind, length and contents of each,
 *     but for the contents of digests, since those are of the head too
 */
public record StreamMark(long records, String digest) {
  /** Counts records as they pass. */
  static final class Counter {
    private final MessageDigest digest = Records.sha256();
    private long records;

    void pass(int kind, byte[] contents, int length) {
      records++;
      digest.update((byte) kind);
      for (int i = 0; i < Integer.BYTES; i++) {
        digest.update((byte) (length >>> (8 * i)));
      }
      if (kind != Records.PART_END) {
        digest.update(contents, 0, length);
      }
    }

    long records() {
      return records;
    }

    StreamMark mark() {
      return new StreamMark(records, HexFormat.of().formatHex(Records.soFar(digest)));
    }
  }
}
