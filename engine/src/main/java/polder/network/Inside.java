package polder.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import polder.linux.Link;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.Route;
import polder.model.Cidr;
import polder.model.NicRules;

/** A zone's own end of its cards. */
final class Inside {
  private Inside() {}

  /** Gives cards that are there, and down, their addresses and routes, and switches them on. */
  static void configure(NetworkStack zone, NetworkSettings settings, Wiring wiring) {
    settings.set(families(wiring));
    List<Integer> links = new ArrayList<>();
    for (Vnic each : wiring.vnics()) {
      Link link = zone.links().find(each.name()).orElseThrow();
      for (Cidr own : each.addresses()) {
        zone.addresses().add(link.index(), Inet.of(own.address()), own.prefix());
      }
      zone.links().raise(link.index());
      links.add(link.index());
    }
    for (NicRules.Way each : wiring.ways()) {
      zone.routes()
          .add(
              new Route(
                  Inet.of(each.destination().address()),
                  each.destination().prefix(),
                  each.gateway().map(Inet::of),
                  OptionalInt.of(links.get(each.nic()))));
    }
  }

  /**
   * Without an IPv6 address a card has no IPv6 at all; with one it takes no others from whoever
   * says that he is a router.
   */
  private static Map<List<String>, String> families(Wiring wiring) {
    Map<List<String>, String> values = new LinkedHashMap<>();
    for (Vnic each : wiring.vnics()) {
      for (Map.Entry<String, String> setting :
          List.of(
              Map.entry("accept_ra", "0"),
              Map.entry("autoconf", "0"),
              Map.entry("disable_ipv6", each.six() ? "0" : "1"))) {
        values.put(List.of("ipv6", "conf", each.name(), setting.getKey()), setting.getValue());
      }
    }
    return values;
  }
}
