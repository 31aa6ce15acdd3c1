package polder.network;

import java.util.List;
import polder.model.Network;
import polder.model.Subnet;

/**
 * What of the inet table is about balances: rules that stay as they are whatever zones do. Where a
 * balance is called is in sets, and so are its members; which of them a flow goes to is in maps.
 */
final class BalanceRules {
  private final StringBuilder text;
  private final String table;
  private final List<Network> networks;
  private final BalancePlan balances;

  BalanceRules(StringBuilder text, String table, List<Network> networks, BalancePlan balances) {
    this.text = text;
    this.table = table;
    this.networks = networks;
    this.balances = balances;
  }

  /** The sets, maps and chains; a host without balances needs no kernel that knows all of them. */
  void declare() {
    if (balances.isNone()) {
      return;
    }
    for (String ip : List.of("ip", "ip6")) {
      String family = family(ip);
      String type = "ipv%s_addr . inet_proto . inet_service".formatted(family);
      add(
          ("map %s slots%s { typeof %s daddr . meta l4proto . tcp dport . "
                  + "numgen inc mod %d : %s daddr . tcp dport; }")
              .formatted(table, family, ip, 2 * BalanceSlots.COUNT, ip));
      add("set %s balanced%s { type %s; }".formatted(table, family, type));
      add("set %s outside%s { type %s; }".formatted(table, family, type));
      add("set %s inside%s { type ifname . %s; }".formatted(table, family, type));
      add("set %s members%s { type %s; }".formatted(table, family, type));
      add("chain %s balance%s { }".formatted(table, family));
    }
    add(
        "chain %s host { type filter hook input priority filter; policy accept; }"
            .formatted(table));
  }

  /** The rules: of callers, of what goes to members and comes back, and of what the host hears. */
  void write() {
    if (balances.isNone()) {
      return;
    }
    for (String ip : List.of("ip", "ip6")) {
      calls(ip);
      rule(
          ("forwarded ct status dnat ct direction original "
                  + "%s daddr . meta l4proto . th dport @members%s accept")
              .formatted(ip, family(ip)));
    }
    rule("forwarded ct status dnat ct direction reply accept");
    for (Network each : networks) {
      switch (each.kind()) {
        case INTERNAL -> answers(each); // of NAT networks it is said already
        case ETHERSTUB -> {
          if (balances.opens(each)) {
            open(each);
          }
          rule("host iifname \"%s\" drop".formatted(each.link()));
        }
        case BRIDGE -> abroad(each);
        case NAT, MACVLAN -> {}
      }
    }
  }

  private void calls(String ip) {
    String family = family(ip);
    String key = "%s daddr . meta l4proto . th dport".formatted(ip);
    rule("arriving %s @outside%s goto balance%s".formatted(key, family, family));
    rule("arriving iifname . %s @inside%s goto balance%s".formatted(key, family, family));
    rule("own %s @balanced%s goto balance%s".formatted(key, family, family));
    String digest = // the same for ever: by it a caller finds its member again
        "jhash %s saddr mod %d seed 0x706f6c64 offset %d"
            .formatted(ip, BalanceSlots.COUNT, BalanceSlots.COUNT);
    for (String protocol : List.of("tcp", "udp")) { // nft takes one that the map's type names
      String own = "%s daddr . meta l4proto . %s dport".formatted(ip, protocol);
      rule(
          "balance%s dnat %s to %s . numgen inc mod %d map @slots%s"
              .formatted(family, ip, own, BalanceSlots.COUNT, family));
      rule("balance%s dnat %s to %s . %s map @slots%s".formatted(family, ip, own, digest, family));
    }
  }

  /** Who calls a neighbour by a balance is answered by the host. */
  private void answers(Network network) {
    for (Subnet each : network.subnets()) {
      rule(
          "leaving %s saddr %s oifname \"%s\" ct status dnat masquerade"
              .formatted(each.cidr().address().six() ? "ip6" : "ip", each.cidr(), network.link()));
    }
  }

  /** Into an etherstub, and out of it, goes what a balance sent there; the host hears nothing. */
  private void open(Network network) {
    String link = '"' + network.link() + '"';
    rule(
        "forwarded iifname %s oifname %s accept"
            .formatted(link, link)); // as they reach each other anyway
    rule("forwarded iifname %s drop".formatted(link));
    rule("forwarded oifname %s drop".formatted(link));
    rule("host iifname %s ct state established,related accept".formatted(link));
    rule("host iifname %s icmp type echo-request accept".formatted(link));
    rule(
        ("host iifname %s icmpv6 type { echo-request, "
                + "nd-neighbor-solicit, nd-neighbor-advert } accept")
            .formatted(link));
    rule("host iifname %s meta l4proto tcp reject with tcp reset".formatted(link));
    rule(
        "leaving oifname %s ct status dnat masquerade"
            .formatted(link)); // nobody there has a gateway
  }

  /** On a bridge of the host's own somebody else may be the gateway. */
  private void abroad(Network network) {
    for (String ip : List.of("ip", "ip6")) {
      rule(
          ("leaving oifname \"%s\" ct status dnat %s daddr . meta l4proto "
                  + ". th dport @members%s masquerade")
              .formatted(network.link(), ip, family(ip)));
    }
  }

  private static String family(String ip) {
    return ip.equals("ip") ? "4" : "6";
  }

  private void add(String what) {
    text.append("add ").append(what).append('\n');
  }

  private void rule(String rule) {
    Rulesets.rule(text, table, rule);
  }
}
