package polder.brand;

/**
 * The host's ids that belong to one zone: its id {@code i} is the host's {@code base + i}.
 *
 * @param base the host's id that is the zone's root; never 0
 * @param count how many; 65,536 for every zone that Polder makes
 */
public record IdRange(long base, int count) {
  private static final long NO_ID = 0xffff_ffffL; // (uid_t) -1

  public IdRange {
    if (base < 1 || count < 1 || base > NO_ID - count) {
      throw new IllegalArgumentException(
          "id range from %d, %d ids: between 1 and 4294967294".formatted(base, count));
    }
  }
}
