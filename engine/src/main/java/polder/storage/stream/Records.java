package polder.storage.stream;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The form of a stream: {@code "POLDER\r\n"}, le32 version, then records. A record is le32 length
 * of its contents, one byte for its kind, the contents, and le32 crc32c (RFC 3720) of kind and
 * contents.
 */
final class Records {
  static final String MAGIC = "POLDER\r\n"; // the line break shows what was sent as text
  static final int VERSION = 1;
  static final int LONGEST = 1 << 20;

  /** A JSON object: what the stream is of. The first record, and only that. */
  static final int HEAD = 1;

  /** A JSON object: what the changes are of that follow. */
  static final int PART = 2;

  /** A piece of the changes. */
  static final int DATA = 3;

  /** SHA-256 of all bytes of the stream before this record. */
  static final int PART_END = 4;

  /** As {@link #PART_END}: nothing follows. */
  static final int END = 5;

  /**
   * A JSON object: behind which records of another stream these are. In place of {@link #HEAD};
   * digests are of the bytes from there on.
   */
  static final int RESUME = 6;

  private Records() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** What it would be now; it goes on. */
  static byte[] soFar(MessageDigest digest) {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be copied", e);
    }
  }
}
