package polder.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.NftElements;
import polder.linux.NftElements.Element;
import polder.linux.NftTable;
import polder.linux.SyscallException;
import polder.model.IpAddress;

/**
 * The firewall's table in the kernel. What a {@link WallPlan} asks for beside what is there already
 * is, most often, some elements of sets and maps, which go in one transaction; for new chains the
 * table is written anew by nft(8), in one transaction too, and keeps the flows that it knows.
 *
 * <p>Not for several threads at once.
 */
public final class Wall implements AutoCloseable {
  private static final int MOST_ELEMENTS = 1000; // of one message; nft takes more

  private final String name;
  private final String enclaves; // what the names of ports begin with that lead to ourselves
  private final Nft nft;
  private final NftElements elements;
  private final NftTable table;
  private final Set<String> strangers = new TreeSet<>(); // ports that were held, and are no zone's
  private @Nullable Known known;

  /** What is in the table, as we wrote it; sets of chains that nobody uses any more are stale. */
  private record Known(
      Set<String> chains,
      Map<String, Set<IpAddress>> sets,
      Map<String, String> outbound,
      Map<String, String> inbound) {
    static final Known NOTHING = new Known(Set.of(), Map.of(), Map.of(), Map.of());
  }

  private Wall(Launcher launcher, LinkNames names, Fd host) {
    this.name = names.table() + "_fw";
    this.enclaves = names.enclaves();
    this.nft = new Nft(launcher, host);
    this.elements = NftElements.of(host, NftElements.BRIDGE, name);
    this.table = NftTable.of(host, NftElements.BRIDGE, name);
  }

  /** Opens that of a host; nothing is made or changed. */
  static Wall open(Launcher launcher, LinkNames names, Fd host) {
    return new Wall(launcher, names, host);
  }

  /** What the table is called. */
  public String name() {
    return name;
  }

  /**
   * Has the kernel do what {@code plan} says, wholly or not at all.
   *
   * @throws polder.model.PolderException if nft cannot be run, or refuses
   */
  public void follow(WallPlan plan) {
    Known there = known;
    if (plan.outbound().isEmpty() && !isThere()) {
      known = Known.NOTHING; // no zone has a firewall, and nothing is left of those that had one
      return;
    }
    known = null; // until it is done, who knows
    if (there == null) {
      strangers.addAll(table.interfaces("outbound"));
    }
    strangers.removeAll(plan.ports());
    WallPlan whole = plan.withStrangers(strangers);
    known = there != null && amend(whole, there) ? amended(whole, there) : write(whole);
  }

  /** Those ports are gone: nothing of them is held from the next {@link #follow} on. */
  public void forget(Collection<String> ports) {
    strangers.removeAll(ports);
  }

  /** Changes elements only, if that is enough and the table is as we left it. */
  private boolean amend(WallPlan plan, Known there) {
    if (!there.chains().containsAll(plan.chains().keySet())
        || !there.sets().keySet().containsAll(plan.sets().keySet())
        || !table.chains().containsAll(there.chains())) { // somebody flushed everything
      return false;
    }
    List<Element> gone = new ArrayList<>();
    List<Element> added = new ArrayList<>();
    compare("outbound", there.outbound(), plan.outbound(), gone, added);
    compare("inbound", there.inbound(), plan.inbound(), gone, added);
    plan.sets()
        .forEach(
            (set, wanted) -> {
              Set<IpAddress> has = there.sets().getOrDefault(set, Set.of());
              has.stream().filter(a -> !wanted.contains(a)).forEach(a -> gone.add(of(set, a)));
              wanted.stream().filter(a -> !has.contains(a)).forEach(a -> added.add(of(set, a)));
            });
    if (gone.size() + added.size() > MOST_ELEMENTS) {
      return false;
    }
    try {
      elements.replace(gone, added);
      return true;
    } catch (SyscallException e) {
      return false; // somebody else had a hand in it: all of it anew
    }
  }

  private static void compare(
      String map,
      Map<String, String> has,
      Map<String, String> wanted,
      List<Element> gone,
      List<Element> added) {
    has.forEach(
        (port, chain) -> {
          if (!chain.equals(wanted.get(port))) {
            gone.add(Element.jump(map, NftElements.name(port), chain));
          }
        });
    wanted.forEach(
        (port, chain) -> {
          if (!chain.equals(has.get(port))) {
            added.add(Element.jump(map, NftElements.name(port), chain));
          }
        });
  }

  private static Element of(String set, IpAddress address) {
    Bytes key = NftElements.field(address.bytes());
    return new Element(set, key);
  }

  private static Known amended(WallPlan plan, Known there) {
    Map<String, Set<IpAddress>> sets = new HashMap<>(there.sets());
    sets.putAll(plan.sets());
    return new Known(there.chains(), sets, plan.outbound(), plan.inbound());
  }

  private Known write(WallPlan plan) {
    nft.apply(text(plan, table.chains(), table.sets(), table.counters().keySet()));
    return new Known(
        new HashSet<>(plan.chains().keySet()),
        new HashMap<>(plan.sets()),
        plan.outbound(),
        plan.inbound());
  }

  /** The whole table; what is there and not wanted goes. */
  private String text(WallPlan plan, Set<String> chains, Set<String> sets, Set<String> counters) {
    StringBuilder text = new StringBuilder(standard());
    String at = " bridge " + name + " ";
    text.append("flush map").append(at).append("outbound\n");
    text.append("flush map").append(at).append("inbound\n");
    List<String> old =
        chains.stream()
            .filter(each -> each.startsWith(WallPlan.SENT) || each.startsWith(WallPlan.HEARD))
            .toList();
    old.forEach(each -> text.append("delete chain").append(at).append(each).append('\n'));
    sets.stream()
        .filter(each -> each.startsWith(WallPlan.GROUP))
        .forEach(each -> text.append("delete set").append(at).append(each).append('\n'));
    Set<String> wanted =
        plan.rules().stream().map(WallPlan::counter).collect(Collectors.toCollection(TreeSet::new));
    counters.stream()
        .filter(each -> each.startsWith(WallPlan.COUNTER) && !wanted.contains(each))
        .forEach(each -> text.append("delete counter").append(at).append(each).append('\n'));
    text.append("table bridge ").append(name).append(" {\n");
    wanted.forEach(each -> text.append("  counter ").append(each).append(" { }\n"));
    plan.sets().forEach((set, addresses) -> write(set, addresses, text));
    plan.chains()
        .forEach(
            (chain, lines) -> {
              text.append("  chain ").append(chain).append(" {\n");
              lines.forEach(line -> text.append("    ").append(line).append('\n'));
              text.append("  }\n");
            });
    text.append("}\n");
    jumps("outbound", plan.outbound(), text);
    jumps("inbound", plan.inbound(), text);
    return text.toString();
  }

  private static void write(String set, Set<IpAddress> addresses, StringBuilder text) {
    text.append("  set ").append(set).append(" {\n    type ");
    text.append(set.endsWith("_6") ? "ipv6_addr" : "ipv4_addr").append("\n");
    if (!addresses.isEmpty()) {
      text.append("    elements = { ");
      text.append(addresses.stream().map(IpAddress::toString).collect(Collectors.joining(", ")));
      text.append(" }\n");
    }
    text.append("  }\n");
  }

  private void jumps(String map, Map<String, String> ports, StringBuilder text) {
    if (!ports.isEmpty()) {
      text.append("add element bridge ").append(name).append(' ').append(map).append(" { ");
      text.append(
          ports.entrySet().stream()
              .map(each -> "\"%s\" : jump %s".formatted(each.getKey(), each.getValue()))
              .collect(Collectors.joining(", ")));
      text.append(" }\n");
    }
  }

  private String standard() {
    try (InputStream in = Wall.class.getResourceAsStream("firewall.nft")) {
      if (in == null) {
        throw new IllegalStateException("polder.network was built without its firewall");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@TABLE@", name)
          .replace("@ENCLAVES@", enclaves);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What rules have decided over, by uuid; those of which there is a chain. */
  public Map<UUID, NftTable.Count> counts() {
    Map<UUID, NftTable.Count> counts = new LinkedHashMap<>();
    table
        .counters()
        .forEach((each, count) -> rule(each).ifPresent(rule -> counts.put(rule, count)));
    return counts;
  }

  private static Optional<UUID> rule(String counter) {
    return counter.matches(WallPlan.COUNTER + "[0-9a-f]{32}")
        ? Optional.of(
            UUID.fromString(
                counter
                    .substring(1)
                    .replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")))
        : Optional.empty();
  }

  /** Whether there is such a table, whoever wrote it. */
  public boolean isThere() {
    return !table.chains().isEmpty();
  }

  /** Whether there is no table, as far as we know. */
  public boolean isBare() {
    return Known.NOTHING.equals(known);
  }

  /** Whether the table is there as it was written, as far as its chains tell. */
  public boolean stands() {
    Known there = known;
    return there != null && table.chains().containsAll(there.chains());
  }

  @Override
  public void close() {
    elements.close();
    table.close();
  }
}
