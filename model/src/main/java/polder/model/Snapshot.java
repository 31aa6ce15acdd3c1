package polder.model;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a zone had on its disk at one moment.
 *
 * @param name unique in its zone: see {@link #checkName}
 * @param created that moment
 * @param size bytes on disk that are its own; empty where the pool's driver does not know
 */
public record Snapshot(String name, Instant created, Optional<Long> size) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,63}");

  /**
   * Refuses what no snapshot is called: its name is safe as that of a file, and after an {@code @}.
   *
   * @throws PolderException INVALID unless it is a letter or digit, then letters, digits and {@code
   *     _.:-}, 64 at most
   */
  public static String checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "snapshot name '%s': use letters, digits and '_.:-', a letter or digit first, 64 at most"
              .formatted(Types.shorten(name)));
    }
    return name;
  }

  /** What one is called that was given no name, such as {@code 2026-01-31T12:00:00Z}. */
  public static String nameAt(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
