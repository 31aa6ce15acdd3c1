package polder.model;

import java.util.List;

/**
 * What was found in a pool when it was read back.
 *
 * @param pool which
 * @param objects what lies in it that was asked for: volumes, then zones, then the rest, by name
 */
public record Adoption(String pool, List<Adoptee> objects) {
  public Adoption {
    objects = List.copyOf(objects);
  }

  /** How many of them that became of. */
  public long count(Adoptee.Fate fate) {
    return objects.stream().filter(each -> each.fate() == fate).count();
  }
}
