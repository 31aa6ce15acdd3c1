package polder.brand;

import java.util.List;
import polder.model.NicRules;

/**
 * What a zone's cards are to be told of the networks that they are on.
 *
 * @param mtus the largest packet of each card, bytes
 * @param ways its routes, the default ones last
 */
public record Lan(List<Integer> mtus, List<NicRules.Way> ways) {
  /** That of a zone without cards, or whose cards are made ready from outside. */
  public static final Lan NONE = new Lan(List.of(), List.of());

  public Lan {
    mtus = List.copyOf(mtus);
    ways = List.copyOf(ways);
  }
}
