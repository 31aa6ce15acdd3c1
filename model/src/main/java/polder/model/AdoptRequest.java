package polder.model;

import java.util.List;

/**
 * What is to be read back from a pool.
 *
 * @param objects the aliases, names or uuids of zones and volumes; all that are there if empty
 * @param trusted whether zones are taken too whose payload reaches out of them, into the host
 * @param dryRun whether it is only told what would become of each
 */
public record AdoptRequest(List<String> objects, boolean trusted, boolean dryRun) {
  /** All that can be taken from a pool that nobody vouches for. */
  public static final AdoptRequest ALL = new AdoptRequest(List.of(), false, false);

  private static final int MOST = 10_000;

  public AdoptRequest {
    objects = List.copyOf(objects);
    if (objects.size() > MOST) {
      throw new PolderException(
          ErrorKind.INVALID, "name %d objects at most, or none for all".formatted(MOST));
    }
  }
}
