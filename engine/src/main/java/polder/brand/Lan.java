package polder.brand;

import java.util.List;
import polder.model.IpAddress;
import polder.model.NicRules;

/**
 * What a zone's cards are to be told of the networks that they are on.
 *
 * @param mtus the largest packet of each card, bytes
 * @param ways its routes, the default ones last
 * @param names whom it asks for names
 */
public record Lan(List<Integer> mtus, List<NicRules.Way> ways, Names names) {
  /** That of a zone without cards, or whose cards are made ready from outside. */
  public static final Lan NONE = new Lan(List.of(), List.of(), Names.NONE);

  /**
   * Whom a zone asks for names if its payload does not say.
   *
   * @param servers who answers on its networks; nobody: as on any host
   * @param search the domains of those networks
   * @param beside whether the host's own servers are asked after them
   */
  public record Names(List<IpAddress> servers, List<String> search, boolean beside) {
    /** Nobody of its networks. */
    public static final Names NONE = new Names(List.of(), List.of(), false);

    public Names {
      servers = List.copyOf(servers);
      search = List.copyOf(search);
    }
  }

  public Lan {
    mtus = List.copyOf(mtus);
    ways = List.copyOf(ways);
  }
}
