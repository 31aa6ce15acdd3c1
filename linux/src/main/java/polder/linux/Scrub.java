package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What reading all of a btrfs found: {@code struct btrfs_scrub_progress} of linux/btrfs.h.
 *
 * @param bytes how much was read
 * @param errors how many blocks could not be read, or were not as their checksums say
 * @param corrected how many of them were put right from a second copy
 */
public record Scrub(long bytes, long errors, long corrected) {
  static final int READ_ERRORS = 32;
  static final int CORRECTED_ERRORS = 96;

  static Scrub read(ByteBuffer progress) {
    ByteBuffer counts = progress.order(ByteOrder.nativeOrder());
    long read = counts.getLong(READ_ERRORS);
    long checksum = counts.getLong(READ_ERRORS + 8);
    long verify = counts.getLong(READ_ERRORS + 16);
    long superblocks = counts.getLong(READ_ERRORS + 40);
    return new Scrub(
        counts.getLong(16) + counts.getLong(24),
        read + checksum + verify + superblocks,
        counts.getLong(CORRECTED_ERRORS));
  }
}
