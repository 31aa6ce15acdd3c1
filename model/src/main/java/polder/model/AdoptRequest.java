package polder.model;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is to be read back from a pool.
 *
 * @param objects the aliases, names or uuids of zones and volumes; all that are there if empty
 * @param names what zones and volumes are called from now on, by the alias, name or uuid that they
 *     have in the pool; where no volume has it any more, what zones' payloads call the volume of
 *     that new name, which was taken before
 * @param trusted whether zones are taken too whose payload reaches out of them, into the host
 * @param dryRun whether it is only told what would become of each
 */
public record AdoptRequest(
    List<String> objects, Map<String, String> names, boolean trusted, boolean dryRun) {
  /** All that can be taken from a pool that nobody vouches for. */
  public static final AdoptRequest ALL = new AdoptRequest(List.of(), false, false);

  /** The names that may be given to objects, and those by which they are found. */
  public static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}");

  private static final int MOST = 10_000;

  public AdoptRequest {
    objects = List.copyOf(objects);
    names = Map.copyOf(names);
    if (objects.size() > MOST) {
      throw new PolderException(
          ErrorKind.INVALID, "name %d objects at most, or none for all".formatted(MOST));
    }
  }

  /** That of objects by the names that they have in the pool. */
  public AdoptRequest(List<String> objects, boolean trusted, boolean dryRun) {
    this(objects, Map.of(), trusted, dryRun);
  }
}
