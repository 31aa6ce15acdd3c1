package polder.network;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.Leases;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * A zone's network as it is to be when its first process runs.
 *
 * @param vnics its cards
 * @param ways its routes, the default ones last
 * @param guest whether the cards are those of a kernel in the zone, which has addresses and routes
 *     itself
 */
public record Wiring(List<Vnic> vnics, List<NicRules.Way> ways, boolean guest) {
  private static final Cidr ALL_FOUR = Cidr.of("0.0.0.0/0");
  private static final Cidr ALL_SIX = Cidr.of("::/0");

  public Wiring {
    vnics = List.copyOf(vnics);
    ways = List.copyOf(ways);
  }

  /**
   * That of {@code spec}, in which nothing is left open. Looks at nothing but its arguments.
   *
   * @throws PolderException UNAVAILABLE if a network is gone
   */
  public static Wiring of(ZoneSpec spec, Leases.Known networks, LinkNames names) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    List<Vnic> vnics = new ArrayList<>();
    for (Nic nic : nics) {
      String name = nic.network().orElseThrow();
      Network network =
          networks
              .find(name)
              .orElseThrow(
                  () ->
                      new PolderException(
                          ErrorKind.UNAVAILABLE,
                          "network '%s' of zone '%s' is gone; make it again, or update the nics"
                              .formatted(name, spec.name())));
      vnics.add(
          new Vnic(
              network,
              names.port(nic.mac().orElseThrow()),
              nic.name().orElseThrow(),
              nic.mac().orElseThrow(),
              nic.mtu().orElse(network.mtu()),
              nic.addresses(),
              nic.freedoms(),
              nic.allowedIps(),
              nic.ports(),
              nic.bandwidth()));
    }
    List<NicRules.Way> ways = new ArrayList<>(NicRules.ways(spec));
    OptionalInt primary = NicRules.primary(nics);
    if (primary.isPresent()) {
      int at = primary.getAsInt();
      for (IpAddress gateway : gateways(nics.get(at), vnics.get(at))) {
        Cidr all = gateway.six() ? ALL_SIX : ALL_FOUR;
        if (ways.stream().noneMatch(each -> each.destination().equals(all))) {
          ways.add(new NicRules.Way(all, Optional.of(gateway), at));
        }
      }
    }
    return new Wiring(vnics, ways, spec.brand() == Brand.VM);
  }

  /**
   * A route, by the name of the card that it leaves by.
   *
   * @param destination the network
   * @param gateway by whom; empty if it is on the link itself
   * @param card what the card is called inside
   */
  public record Exit(Cidr destination, Optional<IpAddress> gateway, String card) {}

  /** Its routes. */
  Set<Exit> exits() {
    return ways.stream()
        .map(each -> new Exit(each.destination(), each.gateway(), vnics.get(each.nic()).name()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The card with that address. */
  Optional<Vnic> card(MacAddress mac) {
    return vnics.stream().filter(each -> each.mac().equals(mac)).findFirst();
  }

  /** Its cards, and this one instead of what had its address; no routes. */
  Wiring with(Vnic card) {
    List<Vnic> all = new ArrayList<>(without(card.mac()).vnics());
    all.add(card);
    return new Wiring(all, List.of(), guest);
  }

  /** Its other cards; no routes. */
  Wiring without(MacAddress mac) {
    return new Wiring(
        vnics.stream().filter(each -> !each.mac().equals(mac)).toList(), List.of(), guest);
  }

  /** One card alone. */
  static Wiring of(Vnic card) {
    return new Wiring(List.of(card), List.of(), false);
  }

  /** The primary nic's own and, where it has none, its network's. */
  private static List<IpAddress> gateways(Nic nic, Vnic vnic) {
    if (!nic.gateways().isEmpty()) {
      return nic.gateways();
    }
    List<IpAddress> found = new ArrayList<>();
    for (Cidr own : vnic.addresses()) {
      Optional<IpAddress> gateway = vnic.network().subnetOf(own.address()).flatMap(Subnet::gateway);
      if (gateway.isPresent()
          && found.stream().noneMatch(each -> each.six() == own.address().six())) {
        found.add(gateway.get());
      }
    }
    return found;
  }
}
