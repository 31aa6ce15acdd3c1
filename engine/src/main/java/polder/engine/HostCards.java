package polder.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.brand.Lan;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.NicRules;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.network.Vnic;
import polder.network.Wiring;
import polder.network.dhcp.CardBook;
import polder.network.dhcp.DhcpCard;

/**
 * What cards are told by DHCP: the same that their zones are given before their first process, or
 * their guests by a seed. Be a zone running or not: a card that is not plugged cannot ask.
 */
final class HostCards {
  private HostCards() {}

  static CardBook of(List<ZoneSpec> zones, HostNetworks networks) {
    Map<String, Map<MacAddress, DhcpCard>> all = new HashMap<>();
    Set<String> others = new HashSet<>();
    for (ZoneSpec zone : zones) {
      if (!HostNetworks.has(zone)) {
        continue;
      }
      try {
        add(zone, networks, all, others);
      } catch (PolderException e) {
        // a network of it is gone; it is not plugged into any
      }
    }
    return new CardBook(all, others);
  }

  private static void add(
      ZoneSpec zone,
      HostNetworks networks,
      Map<String, Map<MacAddress, DhcpCard>> all,
      Set<String> others) {
    Wiring wiring = networks.wiring(zone);
    Lan.Names names = ZoneResolvers.of(zone, networks::find);
    for (int i = 0; i < wiring.vnics().size(); i++) {
      int at = i;
      Vnic vnic = wiring.vnics().get(i);
      if (vnic.network().kind().hasParent()) {
        continue;
      }
      if (vnic.freedoms().dhcp()) {
        others.add(vnic.network().name());
      }
      List<NicRules.Way> ways = wiring.ways().stream().filter(each -> each.nic() == at).toList();
      all.computeIfAbsent(vnic.network().name(), _ -> new HashMap<>())
          .put(
              vnic.mac(),
              new DhcpCard(
                  vnic.mac(),
                  vnic.addresses(),
                  vnic.mtu(),
                  ways,
                  servers(zone, names),
                  search(zone, names),
                  zone.hostname(),
                  wiring.guest()));
    }
  }

  private static List<IpAddress> servers(ZoneSpec zone, Lan.Names names) {
    if (!zone.has(ZoneProperties.RESOLVERS)) {
      return names.servers();
    }
    List<IpAddress> servers = new ArrayList<>();
    for (String each : zone.get(ZoneProperties.RESOLVERS)) {
      try {
        servers.add(IpAddress.of(each));
      } catch (PolderException e) {
        // it looks like one, and is none: nobody could be asked there
      }
    }
    return List.copyOf(servers);
  }

  private static List<String> search(ZoneSpec zone, Lan.Names names) {
    List<String> search = new ArrayList<>();
    if (zone.has(ZoneProperties.DNS_DOMAIN)) {
      search.add(zone.get(ZoneProperties.DNS_DOMAIN));
    }
    if (!zone.has(ZoneProperties.RESOLVERS)) {
      search.addAll(names.search());
    }
    return List.copyOf(search);
  }
}
