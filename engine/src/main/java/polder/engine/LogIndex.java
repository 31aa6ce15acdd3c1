package polder.engine;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a log's index: which stream grew, by how much, and when. 24 bytes each.
 *
 * <p>What a zone writes goes into a file for each stream as it is; the index beside them keeps the
 * order between the two and the time.
 */
final class LogIndex {
  static final int SIZE = 24;
  static final int STDOUT = 0;
  static final int STDERR = 1;

  /** The main process ended: a line that is not complete will never be. */
  static final int END = 2;

  private static final long BILLION = 1_000_000_000L;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L; // 2^64 / golden ratio: spreads bits

  private LogIndex() {}

  /**
   * One entry.
   *
   * @param kind {@link #STDOUT}, {@link #STDERR} or {@link #END}
   * @param length bytes that the stream grew by
   * @param time when that was seen
   */
  record Entry(int kind, long length, Instant time) {
    byte[] write() {
      long first = ((long) kind << 56) | length;
      long nanos = time.getEpochSecond() * BILLION + time.getNano();
      return ByteBuffer.allocate(SIZE)
          .putLong(first)
          .putLong(nanos)
          .putLong(check(first, nanos))
          .array();
    }
  }

  /** The entry at {@code offset}; null if there is none that is whole. */
  static @Nullable Entry read(byte[] bytes, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, SIZE);
    long first = buffer.getLong();
    long nanos = buffer.getLong();
    int kind = (int) (first >>> 56);
    if (buffer.getLong() != check(first, nanos) || kind > END) {
      return null;
    }
    return new Entry(
        kind, first & (-1L >>> 8), Instant.ofEpochSecond(nanos / BILLION, nanos % BILLION));
  }

  private static long check(long first, long nanos) {
    return (first ^ Long.rotateLeft(nanos, 17)) * MIX + 1;
  }
}
