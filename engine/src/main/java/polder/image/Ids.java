package polder.image;

/**
 * How a zone's own user and group ids stand on the host while it runs: shifted by its range's base,
 * through its idmapped mounts. In a directory that is seen as it is on disk, they are as they are.
 *
 * @param base the host's id of the zone's 0; 0 if they are as they are
 * @param count how many ids the zone has
 */
public record Ids(long base, long count) {
  /** Ids on disk are the zone's. */
  public static final Ids AS_THEY_ARE = new Ids(0, (1L << 32) - 1);

  /** What Linux shows for an id that has no place: overflowuid in proc_sys_kernel(5). */
  private static final long NOBODY = 65_534;

  /** The host's id of the zone's {@code inner}; refused if the zone has no such id. */
  long toHost(long inner) {
    if (inner >= count) {
      throw Refusal.invalid("id %d is not among the zone's %d", inner, count);
    }
    return base + inner;
  }

  /** The zone's id of the host's {@code outer}; nobody's if it is not the zone's. */
  long toZone(long outer) {
    return outer >= base && outer - base < count ? outer - base : NOBODY;
  }

  boolean isShifted() {
    return base != 0;
  }
}
