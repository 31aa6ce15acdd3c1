package polder.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Subnet;
import polder.model.Vxlan;

/**
 * The texts that nft(8) is given. What is put into them are names that {@link LinkNames} made or
 * that fit a network's name, and addresses that were read and are written anew.
 */
final class Rulesets {
  private final LinkNames names;

  Rulesets(LinkNames names) {
    this.names = names;
  }

  /** What every port is held to: {@code bridge.nft}. Done again, it leaves the sets as they are. */
  String bridge() {
    try (InputStream in = Rulesets.class.getResourceAsStream("bridge.nft")) {
      if (in == null) {
        throw new IllegalStateException("polder.network was built without its rules");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@TABLE@", names.table())
          .replace("@PORTS@", names.ports())
          .replace("@UPLINKS@", names.uplinks());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That there is no table of ours, nor the firewall's. */
  String none(String wall) {
    StringBuilder text = new StringBuilder();
    for (String table :
        List.of("inet " + names.table(), "bridge " + names.table(), "bridge " + wall)) {
      text.append("add table %1$s\ndelete table %1$s\n".formatted(table)); // it may not be there
    }
    return text.toString();
  }

  /**
   * What leads out of networks that the host has a part in, and into them, and what does not: of
   * NAT networks everything out, as if the host sent it, and answers back; in only what is
   * published, by the host's addresses. Of internal ones nothing. What only crosses a bridge comes
   * by here too, on hosts where bridges ask these rules. Where there are balances, also what they
   * need: {@link BalanceRules}. Done again, it leaves the maps as they are.
   */
  String routed(List<Network> networks, BalancePlan balances) {
    StringBuilder text = new StringBuilder();
    String table = "inet " + names.table();
    text.append(
        """
        add table %1$s
        add map %1$s bound4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
        add map %1$s bound6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
        add map %1$s any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
        add map %1$s any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
        add set %1$s served4 { type ipv4_addr . inet_proto . inet_service; }
        add set %1$s served6 { type ipv6_addr . inet_proto . inet_service; }
        add chain %1$s carried { type filter hook input priority -300; policy accept; }
        add chain %1$s guard { type filter hook prerouting priority raw; policy accept; }
        add chain %1$s published { }
        add chain %1$s arriving { type nat hook prerouting priority dstnat; policy accept; }
        add chain %1$s own { type nat hook output priority -100; policy accept; }
        add chain %1$s forwarded { type filter hook forward priority filter; policy accept; }
        add chain %1$s leaving { type nat hook postrouting priority srcnat; policy accept; }
        """
            .formatted(table));
    BalanceRules rules = new BalanceRules(text, table, networks, balances);
    rules.declare();
    text.append("flush table ").append(table).append('\n');
    rule(text, table, "arriving ip daddr 127.0.0.0/8 return");
    rules.write();
    networks.forEach(each -> asked(text, table, each));
    published(text, table);
    for (Network each : networks) {
      each.vxlan().ifPresent(vxlan -> carried(text, table, vxlan));
    }
    for (Network each : networks) { // what leads nowhere first
      if (each.kind() == Network.Kind.INTERNAL) {
        String link = '"' + each.link() + '"';
        rule(text, table, "forwarded iifname %1$s oifname %1$s accept".formatted(link));
        rule(text, table, "forwarded iifname %s drop".formatted(link));
        rule(text, table, "forwarded oifname %s drop".formatted(link));
      }
    }
    for (Network each : networks) {
      if (each.kind() == Network.Kind.NAT) {
        nat(text, table, each);
      }
    }
    return text.toString();
  }

  /** Whether there are rules of {@link #routed} for a network that are not about balances. */
  static boolean speaksOf(Network network) {
    return network.kind().hasHost() || network.vxlan().isPresent();
  }

  /**
   * Packets of a network's number are taken from its hosts only. Of IPv6 only the first part of a
   * packet comes by with its ports, and may be too short for the number: parts are refused whole.
   */
  private static void carried(StringBuilder text, String table, Vxlan vxlan) {
    String family = vxlan.six() ? "ip6" : "ip";
    String remotes =
        vxlan.remotes().stream().map(IpAddress::toString).collect(Collectors.joining(", "));
    String number = "udp dport %d @th,96,24 %d".formatted(vxlan.port(), vxlan.vni());
    rule(text, table, "carried %s %s saddr != { %s } drop".formatted(number, family, remotes));
    if (vxlan.six()) {
      String part = "udp dport %d exthdr frag exists".formatted(vxlan.port());
      rule(text, table, "carried %s ip6 saddr != { %s } drop".formatted(part, remotes));
    }
    vxlan
        .local()
        .ifPresent(
            own ->
                rule(text, table, "carried %s %s daddr != %s drop".formatted(number, family, own)));
  }

  /** Who publishes the host's ports of DNS and DHCP does not get what zones ask the host. */
  private static void asked(StringBuilder text, String table, Network network) {
    if (network.kind().hasHost()) {
      for (Subnet each : network.subnets()) {
        if (each.gateway().filter(gateway -> !gateway.six()).isPresent()) {
          rule(
              text,
              table,
              "arriving iifname \"%s\" ip daddr %s udp dport 67 return"
                  .formatted(network.link(), each.gateway().get()));
        }
      }
      for (IpAddress each : network.resolvers()) {
        rule(
            text,
            table,
            "arriving iifname \"%s\" %s daddr %s meta l4proto { tcp, udp } th dport 53 return"
                .formatted(network.link(), each.six() ? "ip6" : "ip", each));
      }
    }
  }

  /**
   * Where callers of published ports go. Nobody outside calls the host's 127.0.0.0/8, whatever the
   * host would make of it; and from ::1 no way leads to a zone, so what listens there keeps it.
   */
  private static void published(StringBuilder text, String table) {
    String port = "meta l4proto . th dport map";
    rule(text, table, "published dnat ip to ip daddr . %s @bound4".formatted(port));
    rule(text, table, "published dnat ip6 to ip6 daddr . %s @bound6".formatted(port));
    rule(text, table, "published fib daddr type local dnat ip to %s @any4".formatted(port));
    rule(text, table, "published fib daddr type local dnat ip6 to %s @any6".formatted(port));
    rule(text, table, "arriving jump published");
    rule(text, table, "own ip6 daddr ::1 return");
    rule(text, table, "own jump published");
  }

  private static void nat(StringBuilder text, String table, Network network) {
    String link = '"' + network.link() + '"';
    // the host may send from 127.0.0.1 into this bridge; that is no reason to take it from there
    rule(text, table, "guard iifname %s ip daddr 127.0.0.0/8 drop".formatted(link));
    rule(text, table, "guard iifname %s ip saddr 127.0.0.0/8 drop".formatted(link));
    rule(text, table, "leaving oifname %s ip saddr 127.0.0.0/8 masquerade".formatted(link));
    rule(text, table, "forwarded iifname %1$s oifname %1$s accept".formatted(link));
    rule(text, table, "forwarded oifname %s ct state established,related accept".formatted(link));
    for (String family : List.of("4", "6")) {
      rule(
          text,
          table,
          "forwarded oifname %s ct status dnat %s daddr . meta l4proto . th dport @served%s accept"
              .formatted(link, family.equals("4") ? "ip" : "ip6", family));
    }
    rule(text, table, "forwarded oifname %s drop".formatted(link));
    for (Subnet each : network.subnets()) {
      String from =
          "%s saddr %s".formatted(each.cidr().address().six() ? "ip6" : "ip", each.cidr());
      rule(text, table, "leaving %s oifname != %s masquerade".formatted(from, link));
      // who calls a neighbour by the host's address is answered by the host
      rule(text, table, "leaving %s oifname %s ct status dnat masquerade".formatted(from, link));
    }
  }

  static void rule(StringBuilder text, String table, String rule) {
    text.append("add rule ").append(table).append(' ').append(rule).append('\n');
  }
}
