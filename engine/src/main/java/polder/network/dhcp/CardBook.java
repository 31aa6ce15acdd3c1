package polder.network.dhcp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.model.MacAddress;

/**
 * All cards that are answered, by their networks.
 *
 * @param networks the cards of each, by their hardware addresses
 * @param others networks on which a card of some zone's may serve, and we do not
 */
public record CardBook(Map<String, Map<MacAddress, DhcpCard>> networks, Set<String> others) {
  /** Nobody is known. */
  public static final CardBook NONE = new CardBook(Map.of(), Set.of());

  public CardBook {
    Map<String, Map<MacAddress, DhcpCard>> copy = new HashMap<>();
    networks.forEach((network, cards) -> copy.put(network, Map.copyOf(cards)));
    networks = Map.copyOf(copy);
    others = Set.copyOf(others);
  }

  /** Those of a network that we answer. */
  Map<MacAddress, DhcpCard> on(String network) {
    return others.contains(network) ? Map.of() : networks.getOrDefault(network, Map.of());
  }

  /** The one from which a frame came; empty if it is nobody's, or others answer there. */
  Optional<DhcpCard> find(String network, MacAddress mac) {
    return Optional.ofNullable(on(network).get(mac));
  }
}
