package polder.model;

import java.util.UUID;

/**
 * How somebody names a zone: its alias, its uuid, or the unambiguous beginning of its uuid (four
 * characters at least).
 *
 * @param text what was typed, 1 to 64 characters of {@code a-z 0-9 . -}
 */
public record ZoneRef(String text) {
  public ZoneRef {
    if (!text.matches("[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' names no zone: use its alias, its uuid, or the uuid's beginning"
              .formatted(Types.shorten(text)));
    }
  }

  /** The zone with that uuid. */
  public static ZoneRef of(UUID uuid) {
    return new ZoneRef(uuid.toString());
  }
}
