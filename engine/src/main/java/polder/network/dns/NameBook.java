package polder.network.dns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Nic;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Which names there are on each network, and who may know them.
 *
 * @param pages the networks that are answered on, by name
 */
public record NameBook(Map<String, Page> pages) {
  /** One in which there is nothing. */
  public static final NameBook NONE = new NameBook(Map.of());

  /** Of more than so many zones with one name the others are not told. */
  private static final int MOST_ADDRESSES = 256;

  public NameBook {
    pages = Map.copyOf(pages);
  }

  /**
   * One network.
   *
   * @param domain what its names end with, folded
   * @param names which addresses have a name; none where only others below it have some
   * @param addresses which name an address has
   * @param subnets whose addresses nobody else knows
   * @param others which other networks a zone with an address here is on, too
   * @param resolvers at which addresses it is answered on
   * @param forward see {@link polder.model.NetworkDns}
   */
  record Page(
      DnsName domain,
      Map<DnsName, List<IpAddress>> names,
      Map<IpAddress, DnsName> addresses,
      List<Cidr> subnets,
      Map<IpAddress, List<String>> others,
      List<IpAddress> resolvers,
      List<String> forward) {
    Page {
      names = Map.copyOf(names);
      addresses = Map.copyOf(addresses);
      subnets = List.copyOf(subnets);
      others = Map.copyOf(others);
      resolvers = List.copyOf(resolvers);
      forward = List.copyOf(forward);
    }
  }

  /**
   * That of a host. Looks at nothing but its arguments.
   *
   * @param zones those that run, in their order
   */
  public static NameBook of(List<Network> networks, List<ZoneSpec> zones, List<Balance> balances) {
    Map<String, Page> pages = new HashMap<>();
    for (Network network : networks) {
      if (!network.resolvers().isEmpty()) {
        pages.put(network.name(), new Writing(network).page(zones, balances));
      }
    }
    return new NameBook(pages);
  }

  /**
   * The networks whose names whoever asks may know: that by which the question came first, then
   * those that he is on, too.
   *
   * @param source his address there, which nobody else can send from
   */
  List<Page> known(String network, IpAddress source) {
    Page page = pages.get(network);
    if (page == null) {
      return List.of();
    }
    List<Page> known = new ArrayList<>(List.of(page));
    for (String other : page.others().getOrDefault(source, List.of())) {
      Optional.ofNullable(pages.get(other)).ifPresent(known::add);
    }
    return known;
  }

  /** The making of one page. */
  private static final class Writing {
    private final Network network;
    private final DnsName domain;
    private final Map<DnsName, List<IpAddress>> names = new HashMap<>();
    private final Map<IpAddress, DnsName> addresses = new HashMap<>();

    Writing(Network network) {
      this.network = network;
      this.domain = DnsName.of(network.dns().domain());
    }

    /**
     * A balance goes before a zone of its name, and an alias, which is one zone's, before a host's
     * name.
     */
    Page page(List<ZoneSpec> zones, List<Balance> balances) {
      for (Balance each : balances) {
        add(each.name(), called(each));
      }
      Set<String> taken = new HashSet<>();
      balances.stream().filter(each -> !called(each).isEmpty()).forEach(b -> taken.add(b.name()));
      for (ZoneSpec each : zones) {
        List<IpAddress> own = own(each);
        if (!own.isEmpty() && !taken.contains(each.name())) {
          add(each.name(), own);
        }
      }
      zones.stream().filter(each -> !own(each).isEmpty()).forEach(z -> taken.add(z.name()));
      for (ZoneSpec each : zones) {
        String host = shortened(each.hostname());
        if (!taken.contains(host)) {
          add(host, own(each));
        }
      }
      List<Cidr> subnets = network.subnets().stream().map(Subnet::cidr).toList();
      return new Page(
          domain,
          names,
          addresses,
          subnets,
          others(zones),
          network.resolvers(),
          network.dns().forward());
    }

    /** The first label of one in our domain; nothing of one in somebody else's. */
    private String shortened(String hostname) {
      String small = hostname.toLowerCase(Locale.ROOT);
      String end = "." + network.dns().domain();
      return small.endsWith(end) ? small.substring(0, small.length() - end.length()) : small;
    }

    private List<IpAddress> own(ZoneSpec zone) {
      return zone.get(ZoneProperties.NICS).stream()
          .filter(nic -> nic.network().equals(Optional.of(network.name())))
          .flatMap(nic -> nic.addresses().stream())
          .map(Cidr::address)
          .toList();
    }

    /** Where a balance is called from here; by the host's own addresses, where it leads outside. */
    private List<IpAddress> called(Balance balance) {
      boolean outside = network.kind() == Network.Kind.NAT;
      Set<IpAddress> here = new LinkedHashSet<>();
      Set<IpAddress> there = new LinkedHashSet<>();
      for (BalanceListen each : balance.listen()) {
        if (each.network().equals(Optional.of(network.name()))) {
          here.add(each.address());
        } else if (each.network().isEmpty() && outside) {
          there.add(each.address());
        }
      }
      return List.copyOf(here.isEmpty() ? there : here);
    }

    private void add(String name, List<IpAddress> own) {
      if (own.isEmpty()) {
        return;
      }
      DnsName whole = DnsName.of(name + "." + network.dns().domain());
      add(whole, own);
      for (DnsName each = whole.parent(); !each.equals(domain); each = each.parent()) {
        names.computeIfAbsent(each, _ -> new ArrayList<>());
      }
      if (name.indexOf('.') < 0) {
        add(DnsName.of(name), own);
      }
      own.forEach(each -> addresses.putIfAbsent(each, whole));
    }

    private void add(DnsName name, List<IpAddress> own) {
      List<IpAddress> all = names.computeIfAbsent(name, _ -> new ArrayList<>());
      for (IpAddress each : own) {
        if (all.size() < MOST_ADDRESSES) {
          all.add(each);
        }
      }
    }

    /**
     * Which networks zones are on beside this one. Where somebody may send from others' addresses,
     * nobody is known by his.
     */
    private Map<IpAddress, List<String>> others(List<ZoneSpec> zones) {
      Map<IpAddress, List<String>> others = new HashMap<>();
      for (ZoneSpec zone : zones) {
        List<String> all =
            zone.get(ZoneProperties.NICS).stream()
                .flatMap(nic -> nic.network().stream())
                .distinct()
                .filter(each -> !each.equals(network.name()))
                .toList();
        if (!all.isEmpty()) {
          own(zone).forEach(each -> others.put(each, all));
        }
      }
      if (network.vxlan().isPresent()) {
        return Map.of(); // nobody vouches for what comes from other hosts
      }
      for (ZoneSpec zone : zones) {
        for (Nic nic : zone.get(ZoneProperties.NICS)) {
          if (nic.network().equals(Optional.of(network.name()))) {
            forget(others, nic);
          }
        }
      }
      return others;
    }

    private static void forget(Map<IpAddress, List<String>> others, Nic nic) {
      if (nic.freedoms().ip()) {
        others.clear();
        return;
      }
      Set<IpAddress> own = new HashSet<>(nic.addresses().stream().map(Cidr::address).toList());
      others
          .keySet()
          .removeIf(
              address ->
                  !own.contains(address)
                      && nic.allowedIps().stream().anyMatch(each -> each.contains(address)));
    }
  }
}
