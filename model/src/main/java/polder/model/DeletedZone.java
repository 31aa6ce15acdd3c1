package polder.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A zone that was deleted, and whose datasets are kept for a while.
 *
 * @param uuid its identity, which it has again when it is undeleted
 * @param name what it was called; another zone may be called so by now
 * @param brand how it ran
 * @param pool where its datasets lie
 * @param deleted when it was deleted
 * @param until when it is destroyed, if the pool's room lasts until then
 * @param used how many bytes on disk are its own, its own volumes and snapshots included; 0 while
 *     there is a problem
 * @param problem why it cannot be undeleted or destroyed now; empty if it can
 */
public record DeletedZone(
    UUID uuid,
    String name,
    Brand brand,
    String pool,
    Instant deleted,
    Instant until,
    long used,
    Optional<String> problem) {
  /** For how many seconds a zone can be kept at most: ten years. */
  public static final long LONGEST = 3650L * 86_400;

  /**
   * Refuses to keep a zone for that long.
   *
   * @throws PolderException INVALID unless it is from 0 to {@link #LONGEST} seconds
   */
  public static Duration checkPeriod(Duration keep) {
    if (keep.isNegative() || keep.compareTo(Duration.ofSeconds(LONGEST)) > 0) {
      throw new PolderException(
          ErrorKind.INVALID, "a deleted zone is kept for 3650 days at most, or for 0 not at all");
    }
    return keep;
  }
}
