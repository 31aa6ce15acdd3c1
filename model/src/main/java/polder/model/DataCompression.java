package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How what is written to a dataset is made smaller, in ZFS's words. Each is done by the algorithm
 * of btrfs that is nearest to it (btrfs(5), COMPRESSION).
 */
public final class DataCompression {
  /** Not at all. */
  public static final String OFF = "off";

  static final Type<String> WORD =
      Types.word(
          OFF, "on", "lz4", "lzjb", "lzo", "gzip", "gzip-1", "gzip-2", "gzip-3", "gzip-4", "gzip-5",
          "gzip-6", "gzip-7", "gzip-8", "gzip-9", "zlib", "zstd");

  private DataCompression() {}

  /** btrfs' word for it: quick, small, or both; empty for none. */
  public static Optional<String> algorithm(String word) {
    return switch (word) {
      case OFF -> Optional.empty();
      case "on", "lz4", "lzjb", "lzo" -> Optional.of("lzo");
      case "zstd" -> Optional.of("zstd");
      default -> Optional.of("zlib");
    };
  }

  /**
   * Refuses what is no word of it.
   *
   * @throws PolderException INVALID, with the words there are
   */
  public static String check(String word) {
    List<Fault> faults = new ArrayList<>();
    WORD.read(word, "compression", faults);
    if (!faults.isEmpty()) {
      throw new PolderException(ErrorKind.INVALID, faults.getFirst().sentence());
    }
    return word;
  }
}
