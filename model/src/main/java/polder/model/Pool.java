package polder.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where zones' and volumes' datasets lie.
 *
 * @param name unique on its host: see {@link #checkName}
 * @param driver {@code overlay}, which needs nothing, or {@code btrfs}
 * @param kind what it is on
 * @param source the file, device or directory
 * @param size bytes, used and free; 0 while there is a problem
 * @param free bytes that can still be written; 0 while there is a problem
 * @param quotas whether zones in it can have a quota
 * @param zones how many have their dataset in it; 0 while there is a problem
 * @param volumes how many volumes are in it; 0 while there is a problem
 * @param problem why it cannot be used now, and the mend; empty if it can
 */
public record Pool(
    String name,
    String driver,
    Kind kind,
    String source,
    long size,
    long free,
    boolean quotas,
    long zones,
    long volumes,
    Optional<String> problem) {
  /** The pool of zones that say nothing else; each host has it from the beginning. */
  public static final String DEFAULT = "zones";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

  /** What a pool is on. */
  public enum Kind {
    /** A directory of a file system that is somebody else's. */
    DIRECTORY,
    /** A file that is a file system of its own, by a loop device. */
    FILE,
    /** A block device. */
    DEVICE
  }

  /** The same pool, which has so many. */
  public Pool holding(long zoneCount, long volumeCount) {
    return new Pool(
        name, driver, kind, source, size, free, quotas, zoneCount, volumeCount, problem);
  }

  /**
   * Refuses what no pool is called.
   *
   * @throws PolderException INVALID unless it is a letter and up to 31 of {@code a-z 0-9 _ -}
   */
  public static String checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "pool name '%s': use a-z, 0-9, '_', '-', a letter first, 32 at most"
              .formatted(Types.shorten(name)));
    }
    return name;
  }
}
