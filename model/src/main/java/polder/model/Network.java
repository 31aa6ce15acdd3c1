package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What zones' network cards are plugged into.
 *
 * @param uuid its identity
 * @param name unique on its host
 * @param kind where it leads
 * @param parent the host's interface that it is on; for {@link Kind#BRIDGE} and {@link
 *     Kind#MACVLAN} only
 * @param subnets whose addresses nics on it have; none where everybody gives his own
 * @param mtu the largest packet, bytes
 * @param dns whether the host answers on it for names
 * @param vxlan by what it is one with networks of other hosts; of an etherstub only
 * @param link the bridge of the host's that it is, or the interface that it is on
 * @param nics how many nics of zones are on it
 * @param problem why nothing can be plugged into it now, and the mend; empty if all is well
 */
public record Network(
    UUID uuid,
    String name,
    Kind kind,
    Optional<String> parent,
    List<Subnet> subnets,
    int mtu,
    NetworkDns dns,
    Optional<Vxlan> vxlan,
    String link,
    long nics,
    Optional<String> problem) {
  /** The NAT network that is made when a nic first asks for it. */
  public static final String DEFAULT = "polder0";

  /** What a network's name takes: it becomes the name of an interface, too. */
  static final Type<String> NAME_TYPE =
      Types.text(
          Pattern.compile("[a-z][a-z0-9_-]{0,14}"),
          "a-z, 0-9, '_' and '-', a letter first, 15 at most",
          15);

  /** Where a network leads. */
  public enum Kind {
    /** Nowhere: a switch that exists only in the host, which has no part in it. */
    ETHERSTUB,
    /** To the host, and no further. */
    INTERNAL,
    /** To the host, and by its addresses outside. */
    NAT,
    /** To where a bridge of the host's leads. */
    BRIDGE,
    /** To where an interface of the host's leads, which it shares. */
    MACVLAN;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is on an interface that is there already. */
    public boolean hasParent() {
      return this == BRIDGE || this == MACVLAN;
    }

    /** Whether the host has an address in it, and is its gateway. */
    public boolean hasHost() {
      return this == INTERNAL || this == NAT;
    }
  }

  public Network {
    subnets = List.copyOf(subnets);
  }

  /** This one with what an update changes; nothing is seen of it yet. */
  public Network with(NetworkUpdate update) {
    return new Network(
        uuid,
        name,
        kind,
        parent,
        update
            .subnets()
            .map(all -> all.stream().map(each -> each.completed(kind)).toList())
            .orElse(subnets),
        update.mtu().orElse(mtu),
        dns.with(update.dns()),
        vxlan.map(each -> update.remotes().map(each::with).orElse(each)),
        link,
        0,
        Optional.empty());
  }

  /** What is wrong with an update of this one, whatever is on it. */
  public List<Fault> faults(NetworkUpdate update) {
    Network after = with(update);
    List<Fault> faults = new ArrayList<>(after.dns().faults(kind, after.subnets()));
    faults.addAll(Vxlan.faults(after.vxlan(), kind, update.subnets().orElse(subnets)));
    if (update.remotes().isPresent() && vxlan.isEmpty()) {
      faults.add(new Fault("vxlan_remotes", "network '%s' has no vxlan".formatted(name)));
    }
    if (after.vxlan().filter(each -> each.six() != vxlan.get().six()).isPresent()) {
      faults.add(new Fault("vxlan_remotes", "are IPv4 or IPv6 for good, as they were first"));
    }
    return faults;
  }

  /** This one, with what is seen of it. */
  public Network seen(long plugged, Optional<String> why) {
    return new Network(uuid, name, kind, parent, subnets, mtu, dns, vxlan, link, plugged, why);
  }

  /** The addresses on it at which the host answers for names; none if it does not. */
  public List<IpAddress> resolvers() {
    if (!dns.on() || kind.hasParent()) {
      return List.of();
    }
    return kind.hasHost()
        ? subnets.stream().flatMap(each -> each.gateway().stream()).toList()
        : dns.address().stream().toList();
  }

  /** The subnet that {@code address} is in. */
  public Optional<Subnet> subnetOf(IpAddress address) {
    return subnets.stream().filter(each -> each.cidr().contains(address)).findFirst();
  }

  /**
   * Refuses what no network is called.
   *
   * @throws PolderException INVALID unless it is a letter and up to 14 of {@code a-z 0-9 _ -}
   */
  public static String checkName(String name) {
    if (!name.matches("[a-z][a-z0-9_-]{0,14}")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "network name '%s': use a-z, 0-9, '_', '-', a letter first, 15 at most"
              .formatted(Types.shorten(name)));
    }
    return name;
  }

  /**
   * Refuses what means no network.
   *
   * @throws PolderException INVALID unless it is a name or a uuid
   */
  public static String checkReference(String text) {
    return text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") ? text : checkName(text);
  }
}
