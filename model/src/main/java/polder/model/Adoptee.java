package polder.model;

import java.util.Optional;
import java.util.UUID;

/**
 * What lies in a pool, and what becomes of it when the pool is read back.
 *
 * @param kind what it is
 * @param uuid its dataset's, and its own
 * @param name a zone's alias, or its uuid if it has none; a volume's name; else the uuid
 * @param zone whose own a volume is, which goes with it
 * @param image what a zone was made of
 * @param snapshots how many it has
 * @param fate what becomes of it
 * @param reason why it is refused
 */
public record Adoptee(
    Kind kind,
    UUID uuid,
    String name,
    Optional<UUID> zone,
    Optional<Origin> image,
    long snapshots,
    Fate fate,
    Optional<String> reason) {

  private static final int LONGEST = 2000;

  public Adoptee {
    reason = reason.map(why -> why.length() > LONGEST ? why.substring(0, LONGEST) + " …" : why);
  }

  /**
   * The image that a zone was made of. No pool has images: the zone has all its files without it.
   *
   * @param uuid its identity
   * @param name what it was called where the zone was last, as name:tag; empty if that is not known
   * @param here whether this host has it
   */
  public record Origin(UUID uuid, Optional<String> name, boolean here) {}

  /** What something in a pool is. */
  public enum Kind {
    /** A zone: its root's dataset. */
    ZONE,
    /** A volume. */
    VOLUME,
    /** A dataset that does not say whose it is. */
    DATASET
  }

  /** What becomes of something in a pool. */
  public enum Fate {
    /** It can be taken, and was not: it was only asked. */
    ADOPTABLE,
    /** It is this host's from now on. */
    ADOPTED,
    /** It cannot be taken, and is as it was. */
    REFUSED,
    /** It is this host's already. */
    HERE
  }

  /** The same, of which that becomes. */
  public Adoptee becoming(Fate what, Optional<String> why) {
    return new Adoptee(kind, uuid, name, zone, image, snapshots, what, why);
  }

  /** The same, called that. */
  public Adoptee called(String other) {
    return new Adoptee(kind, uuid, other, zone, image, snapshots, fate, reason);
  }

  /** The same, made of that. */
  public Adoptee of(Origin origin) {
    return new Adoptee(kind, uuid, name, zone, Optional.of(origin), snapshots, fate, reason);
  }
}
