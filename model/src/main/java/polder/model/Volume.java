package polder.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A dataset of its own, which several zones may attach at once.
 *
 * @param name unique on its host: see {@link #checkName}; its uuid if it is a zone's own
 * @param uuid its identity
 * @param pool the pool that it lies in
 * @param quota how many bytes it may have at most; 0 for any number
 * @param compression how what is written to it is made smaller: see {@link DataCompression}
 * @param schedule which snapshots of it are taken by themselves
 * @param used how many bytes on disk are its own, its snapshots included; 0 while there is a
 *     problem
 * @param created when it was made
 * @param zones the names of the zones whose payload attaches it
 * @param zone the uuid of the zone that it is the own of, and goes with; empty for most
 * @param problem why it cannot be used now, and the mend; empty if it can
 */
public record Volume(
    String name,
    UUID uuid,
    String pool,
    long quota,
    String compression,
    SnapshotSchedule schedule,
    long used,
    Instant created,
    List<String> zones,
    Optional<UUID> zone,
    Optional<String> problem) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}");
  private static final long LEAST = 1L << 20;
  private static final long MOST = 1L << 60;

  public Volume {
    zones = List.copyOf(zones);
  }

  /**
   * Refuses what no volume is called.
   *
   * @throws PolderException INVALID unless it is a letter or digit and up to 62 of {@code a-z A-Z
   *     0-9 _ . -}
   */
  public static String checkName(String name) {
    if (!isName(name)) {
      throw new PolderException(
          ErrorKind.INVALID,
          "volume name '%s': use letters, digits, '_', '.', '-', a letter or digit first, 63 at most"
              .formatted(Types.shorten(name)));
    }
    return name;
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Refuses what no volume's quota can be.
   *
   * @throws PolderException INVALID unless it is 0, or from 1 MiB to 1 EiB
   */
  public static long checkQuota(long quota) {
    if (quota != 0 && (quota < LEAST || quota > MOST)) {
      throw new PolderException(
          ErrorKind.INVALID,
          "a volume's quota is 0 for none, or 1 MiB at least and 1 EiB at most, not " + quota);
    }
    return quota;
  }
}
