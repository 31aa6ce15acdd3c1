package polder.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import polder.linux.Errno;
import polder.linux.Link;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.Route;
import polder.linux.SyscallException;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** A zone's own end of its cards. */
final class Inside {
  private Inside() {}

  /** Gives cards that are there, and down, their addresses and routes, and switches them on. */
  static void configure(NetworkStack zone, NetworkSettings settings, Wiring wiring) {
    settings.set(families(wiring.vnics()));
    for (Vnic each : wiring.vnics()) {
      raise(zone, each);
    }
    wiring.exits().forEach(each -> zone.routes().add(route(each, index(zone, each.card()))));
  }

  /** The same with one card, of a zone that runs, whose other routes stay as they are. */
  static void configure(
      NetworkStack zone, NetworkSettings settings, Vnic card, Set<Wiring.Exit> exits) {
    settings.set(families(List.of(card)));
    raise(zone, card);
    lead(zone, exits);
  }

  private static void raise(NetworkStack zone, Vnic card) {
    int link = index(zone, card.name());
    for (Cidr own : card.addresses()) {
      zone.addresses().add(link, Inet.of(own.address()), own.prefix());
    }
    zone.links().raise(link);
  }

  private static int index(NetworkStack zone, String card) {
    return zone.links().find(card).orElseThrow(() -> gone(card)).index();
  }

  /** It is the zone's: whoever is root there may rename it or take it away. */
  private static PolderException gone(String card) {
    return new PolderException(
        ErrorKind.WRONG_STATE,
        "interface '%s' is not in the zone any more; reboot it".formatted(card));
  }

  private static Route route(Wiring.Exit exit, int link) {
    return new Route(
        Inet.of(exit.destination().address()),
        exit.destination().prefix(),
        exit.gateway().map(Inet::of),
        OptionalInt.of(link));
  }

  /** Takes addresses from a card; with the first of a network go others of it. */
  static void take(NetworkStack zone, Vnic card, List<Cidr> addresses) {
    int link = index(zone, card.name());
    for (Cidr each : addresses) {
      passing(
          Errno.EADDRNOTAVAIL,
          () -> zone.addresses().remove(link, Inet.of(each.address()), each.prefix()));
    }
  }

  /** Gives a card that is there what it has not of its addresses, and what routes need them. */
  static void give(NetworkStack zone, NetworkSettings settings, Vnic card, Set<Wiring.Exit> exits) {
    int link = index(zone, card.name());
    settings.set(families(List.of(card)));
    for (Cidr each : card.addresses()) {
      passing(
          Errno.EEXIST, () -> zone.addresses().add(link, Inet.of(each.address()), each.prefix()));
    }
    lead(zone, exits);
  }

  /** Adds routes by cards that are there; where there is one already that stays. */
  static void lead(NetworkStack zone, Set<Wiring.Exit> exits) {
    for (Wiring.Exit each : exits) {
      Optional<Link> link = zone.links().find(each.card());
      if (link.isPresent()) {
        passing(Errno.EEXIST, () -> zone.routes().add(route(each, link.get().index())));
      }
    }
  }

  /** Takes routes away, as far as they are there. */
  static void leadNoMore(NetworkStack zone, Set<Wiring.Exit> exits) {
    for (Wiring.Exit each : exits) {
      Optional<Link> link = zone.links().find(each.card());
      if (link.isPresent()) {
        passing(Errno.ESRCH, () -> zone.routes().remove(route(each, link.get().index())));
      }
    }
  }

  private static void passing(Errno harmless, Runnable work) {
    try {
      work.run();
    } catch (SyscallException e) {
      if (!e.errno().equals(harmless)) {
        throw e;
      }
    }
  }

  /**
   * Without an IPv6 address a card has no IPv6 at all; with one it takes no others from whoever
   * says that he is a router.
   */
  private static Map<List<String>, String> families(List<Vnic> cards) {
    Map<List<String>, String> values = new LinkedHashMap<>();
    for (Vnic each : cards) {
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
