package polder.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import polder.model.FirewallBook;
import polder.model.FirewallParty;
import polder.model.FirewallProtocol;
import polder.model.FirewallProtocol.Icmp;
import polder.model.FirewallProtocol.IcmpType;
import polder.model.FirewallProtocol.Ipsec;
import polder.model.FirewallProtocol.Ports;
import polder.model.FirewallProtocol.Range;
import polder.model.FirewallRule;
import polder.model.FirewallRule.Direction;
import polder.model.FirewallSentence.Action;
import polder.model.FirewallTarget;
import polder.model.IpAddress;

/**
 * What is to be in the firewall's table, beside what is always the same. Zones that hold the same
 * rules share a chain, which is called by a digest of what is in it, so a chain never changes;
 * whose addresses a rule speaks of stands in sets, called by what they stand for.
 *
 * <p>Nothing that somebody wrote is in its texts: no tag, no name, no description.
 *
 * @param chains each chain's rules, as nft(8) reads them
 * @param sets each set's addresses; its name ends with their family
 * @param rules all rules that are in a chain
 * @param outbound the chain that is asked about what a port's zone sends
 * @param inbound the chain that is asked about what it gets
 * @param ports all ports that are some zone's, be it held to rules or not
 */
public record WallPlan(
    Map<String, List<String>> chains,
    Map<String, Set<IpAddress>> sets,
    Set<UUID> rules,
    Map<String, String> outbound,
    Map<String, String> inbound,
    Set<String> ports) {
  static final String SENT = "out_";
  static final String HEARD = "in_";
  static final String STRANGERS = "strangers";
  static final String GROUP = "g";
  static final String COUNTER = "r";
  private static final int DIGITS = 16;

  /** Nothing. */
  static final WallPlan NONE =
      new WallPlan(Map.of(), Map.of(), Set.of(), Map.of(), Map.of(), Set.of());

  public WallPlan {
    chains = Map.copyOf(chains);
    sets = Map.copyOf(sets);
    rules = Set.copyOf(rules);
    outbound = Map.copyOf(outbound);
    inbound = Map.copyOf(inbound);
    ports = Set.copyOf(ports);
  }

  /**
   * This plan, and that nothing but answers gets into {@code strangers}: ports that are held and of
   * no zone that is known, as of one that runs on while its record is damaged.
   */
  WallPlan withStrangers(Set<String> strangers) {
    if (strangers.isEmpty()) {
      return this;
    }
    Map<String, List<String>> all = new TreeMap<>(chains);
    all.put(SENT + STRANGERS, List.of("jump sent", "goto begin_sent"));
    all.put(HEARD + STRANGERS, List.of("jump heard", "goto block"));
    Map<String, String> out = new TreeMap<>(outbound);
    Map<String, String> in = new TreeMap<>(inbound);
    strangers.forEach(each -> out.put(each, SENT + STRANGERS));
    strangers.forEach(each -> in.put(each, HEARD + STRANGERS));
    return new WallPlan(all, sets, rules, out, in, ports);
  }

  /**
   * That of a firewall. Looks at nothing but its arguments.
   *
   * @param zones all zones of the host, whether they run or not
   * @param ports the ports of those that have cards now
   */
  public static WallPlan of(
      FirewallBook book, Collection<FirewallParty> zones, Map<UUID, List<String>> ports) {
    return new Compilation(book, zones).of(ports);
  }

  /** The counter of a rule. */
  static String counter(UUID rule) {
    return COUNTER + rule.toString().replace("-", "");
  }

  private static final class Compilation {
    private final FirewallBook book;
    private final Collection<FirewallParty> zones;
    private final List<FirewallParty> parties;
    private final Map<List<Object>, String> known = new HashMap<>(); // by direction and rules
    private final Map<String, List<String>> chains = new TreeMap<>();
    private final Map<String, Set<IpAddress>> sets = new TreeMap<>();
    private final Set<UUID> rules = new TreeSet<>();

    Compilation(FirewallBook book, Collection<FirewallParty> zones) {
      this.book = book;
      this.zones = zones;
      this.parties = book.parties(zones);
    }

    WallPlan of(Map<UUID, List<String>> ports) {
      Map<String, String> outbound = new LinkedHashMap<>();
      Map<String, String> inbound = new LinkedHashMap<>();
      for (FirewallParty zone : zones) {
        if (!zone.guarded()) {
          continue;
        }
        for (String port : ports.getOrDefault(zone.uuid(), List.of())) {
          outbound.put(port, chain(zone, Direction.OUTBOUND));
          inbound.put(port, chain(zone, Direction.INBOUND));
        }
      }
      Set<String> all = new TreeSet<>();
      ports.values().forEach(all::addAll);
      return new WallPlan(chains, sets, rules, outbound, inbound, all);
    }

    private String chain(FirewallParty zone, Direction direction) {
      List<FirewallRule> asked = book.asked(zone, direction);
      return known.computeIfAbsent(List.of(direction, asked), key -> chain(asked, direction));
    }

    private String chain(List<FirewallRule> asked, Direction direction) {
      boolean in = direction == Direction.INBOUND;
      List<String> lines = new ArrayList<>();
      lines.add(in ? "jump heard" : "jump sent");
      for (FirewallRule each : asked) {
        add(each, direction, lines);
        rules.add(each.uuid());
      }
      lines.add(in ? "goto block" : "goto begin_sent");
      String name =
          (in ? HEARD : SENT) + LinkNames.digest(String.join("\n", lines)).substring(0, DIGITS);
      chains.put(name, List.copyOf(lines));
      return name;
    }

    private void add(FirewallRule rule, Direction direction, List<String> lines) {
      boolean in = direction == Direction.INBOUND;
      String verdict =
          rule.sentence().action() == Action.BLOCK
              ? "drop"
              : in ? "goto begin_heard" : "goto begin_sent";
      for (Side side : sides(rule, direction)) {
        for (String protocol : protocols(rule.sentence().protocol(), side.family())) {
          String match = (side.match() + " " + protocol).strip();
          if (rule.log()) {
            lines.add(
                "%s limit rate 10/second burst 20 packets log prefix \"polder %s %s \""
                    .formatted(match, in ? "in" : "out", rule.uuid()));
          }
          lines.add("%s counter name \"%s\" %s".formatted(match, counter(rule.uuid()), verdict));
        }
      }
    }

    /** Some of those at the other end; {@code family} 4 or 6, or 0 for both. */
    private record Side(String match, int family) {}

    private List<Side> sides(FirewallRule rule, Direction direction) {
      List<FirewallTarget> others = rule.others(direction);
      if (others.stream().anyMatch(FirewallTarget.Any.class::isInstance)) {
        return List.of(new Side("", 0));
      }
      String end = direction == Direction.INBOUND ? "saddr" : "daddr";
      List<Side> sides = new ArrayList<>();
      List<FirewallTarget> instances = others.stream().filter(FirewallTarget::isInstance).toList();
      if (!instances.isEmpty()) {
        String group = group(rule, instances);
        sides.add(new Side("ip %s @%s_4".formatted(end, group), 4));
        sides.add(new Side("ip6 %s @%s_6".formatted(end, group), 6));
      }
      for (int family : new int[] {4, 6}) {
        String ranges =
            others.stream()
                .filter(each -> is(each, family))
                .map(Compilation::range)
                .collect(Collectors.joining(", "));
        if (!ranges.isEmpty()) {
          sides.add(
              new Side("%s %s { %s }".formatted(family == 4 ? "ip" : "ip6", end, ranges), family));
        }
      }
      return sides;
    }

    private static boolean is(FirewallTarget target, int family) {
      return switch (target) {
        case FirewallTarget.Address(IpAddress address) -> address.six() == (family == 6);
        case FirewallTarget.Net(var cidr) -> cidr.address().six() == (family == 6);
        case FirewallTarget.Any _,
            FirewallTarget.AllVms _,
            FirewallTarget.Tag _,
            FirewallTarget.Vm _ ->
            false;
      };
    }

    private static String range(FirewallTarget target) {
      return switch (target) {
        case FirewallTarget.Address(IpAddress address) -> address.toString();
        case FirewallTarget.Net(var cidr) -> cidr.toString();
        case FirewallTarget.Any _,
            FirewallTarget.AllVms _,
            FirewallTarget.Tag _,
            FirewallTarget.Vm _ ->
            throw new IllegalStateException(target + " is no range");
      };
    }

    /** The two sets of the addresses that {@code targets} are, as {@code rule} means them. */
    private String group(FirewallRule rule, List<FirewallTarget> targets) {
      String meaning =
          rule.owner().map(UUID::toString).orElse("")
              + targets.stream()
                  .map(FirewallTarget::text)
                  .collect(Collectors.joining("\n", "\n", ""));
      String name = GROUP + LinkNames.digest(meaning).substring(0, DIGITS);
      if (!sets.containsKey(name + "_4")) {
        Set<IpAddress> four = new TreeSet<>();
        Set<IpAddress> six = new TreeSet<>();
        for (FirewallParty party : parties) {
          if (targets.stream().anyMatch(each -> rule.names(each, party))) {
            party.addresses().forEach(each -> (each.six() ? six : four).add(each));
          }
        }
        sets.put(name + "_4", four);
        sets.put(name + "_6", six);
      }
      return name;
    }

    /** What tells a protocol's packets; none if there are none of that family. */
    private static List<String> protocols(FirewallProtocol protocol, int family) {
      return switch (protocol) {
        case Ports ports when ports.all() -> List.of("meta l4proto " + ports.transport().word());
        case Ports(var transport, List<Range> ranges) ->
            List.of(
                ranges.stream()
                    .map(Range::text)
                    .collect(Collectors.joining(", ", transport.word() + " dport { ", " }")));
        case Icmp(boolean six, List<IcmpType> _) when family == (six ? 4 : 6) -> List.of();
        case Icmp(boolean six, List<IcmpType> types) when types.isEmpty() ->
            List.of(
                six ? "ether type ip6 meta l4proto ipv6-icmp" : "ether type ip meta l4proto icmp");
        case Icmp(boolean six, List<IcmpType> types) ->
            types.stream().map(each -> type(six ? "icmpv6" : "icmp", each)).toList();
        case FirewallProtocol.Sealed(Ipsec kind) when kind == Ipsec.ESP ->
            List.of("meta l4proto esp");
        case FirewallProtocol.Sealed _ -> // of IPv6, AH is a header before others
            switch (family) {
              case 4 -> List.of("meta l4proto ah");
              case 6 -> List.of("ip6 nexthdr ah");
              default -> List.of("ether type ip meta l4proto ah", "ip6 nexthdr ah");
            };
      };
    }

    private static String type(String word, IcmpType type) {
      return "%s type %d%s"
          .formatted(
              word, type.type(), type.code().map(each -> " " + word + " code " + each).orElse(""));
    }
  }
}
