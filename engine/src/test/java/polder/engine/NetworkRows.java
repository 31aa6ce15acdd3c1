package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.Host;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PublishedPort;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.Vxlan;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.network.LinkNames;

/** The operations on networks, and those on zones that have cards; see {@link CrashRows}. */
final class NetworkRows {
  private static final String LAB = "lab";
  private static final String STUB = "stub";

  private NetworkRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Networks.create", "", host -> {}, NetworkRows::network, true),
        new CrashRow(
            "Networks.update",
            "",
            NetworkRows::network,
            host ->
                host.networks()
                    .update(
                        LAB,
                        new NetworkUpdate(
                            Optional.empty(), Optional.of(1400), NetworkDns.Change.NONE)),
            false),
        new CrashRow(
            "Networks.update",
            "of names on an etherstub",
            NetworkRows::stub,
            host ->
                host.networks()
                    .update(LAB, new NetworkUpdate(Optional.empty(), Optional.empty(), resolver())),
            false),
        new CrashRow(
            "Networks.delete",
            "",
            NetworkRows::network,
            host -> host.networks().delete(LAB),
            false),
        new CrashRow("Networks.create", "by VXLAN", host -> {}, NetworkRows::grid, true),
        new CrashRow(
            "Networks.update",
            "of other hosts while a zone runs",
            NetworkRows::onGrid,
            host -> host.networks().update(LAB, reaching("192.0.2.3")),
            false),
        new CrashRow(
            "Networks.delete",
            "by VXLAN",
            NetworkRows::emptyGrid,
            host -> host.networks().delete(LAB),
            false),
        new CrashRow("Zones.create", "with a card", NetworkRows::network, NetworkRows::zone, true),
        new CrashRow(
            "Zones.update",
            "of a card",
            NetworkRows::made,
            host -> host.zones().update(zone(), new Patch(changes()), false),
            true),
        new CrashRow(
            "Zones.update",
            "of a card's speed while it runs",
            NetworkRows::running,
            host -> host.zones().update(zone(), new Patch(faster()), false),
            true),
        new CrashRow(
            "Zones.update",
            "that plugs a card while it runs",
            NetworkRows::between,
            host -> host.zones().update(zone(), new Patch(one("add_nics", second())), false),
            true),
        new CrashRow(
            "Zones.update",
            "that unplugs a card while it runs",
            NetworkRows::onBoth,
            host -> host.zones().update(zone(), new Patch(Map.of("remove_nics", first())), false),
            true),
        new CrashRow(
            "Zones.update",
            "of a card's addresses and its interface while it runs",
            NetworkRows::onBoth,
            host -> host.zones().update(zone(), new Patch(Map.of("update_nics", moved())), false),
            true),
        new CrashRow(
            "Zones.start",
            "with a card",
            NetworkRows::made,
            host -> host.zones().start(zone()),
            true),
        new CrashRow(
            "Zones.stop",
            "with a card",
            NetworkRows::running,
            host -> host.zones().stop(zone(), StopOptions.FORCED),
            false),
        new CrashRow(
            "Zones.delete",
            "with a card",
            NetworkRows::made,
            host -> host.zones().delete(zone(), false),
            false));
  }

  private static Map<String, Object> changes() {
    return Map.of(
        "nics",
        List.of(
            Map.of("nic_tag", LAB, "mac", "02:00:00:00:00:02", "ips", List.of("10.1.0.77/24"))));
  }

  private static Map<String, Object> faster() {
    return Map.of(
        "update_nics",
        List.of(
            Map.of(
                "mac",
                "02:00:00:00:00:01",
                "ports",
                List.of("8081:80"),
                "bandwidth",
                Map.of("in", "10M"))));
  }

  private static Map<String, Object> one(String word, Map<String, Object> nic) {
    return Map.of(word, List.of(nic));
  }

  private static Map<String, Object> second() {
    return Map.of(
        "nic_tag",
        STUB,
        "mac",
        "02:00:00:00:00:03",
        "ips",
        List.of("10.2.0.3/24", "fd00::3/64"),
        "primary",
        true,
        "gateways",
        List.of("10.2.0.1"),
        "bandwidth",
        Map.of("out", "10M"));
  }

  private static List<String> first() {
    return List.of("02:00:00:00:00:01");
  }

  private static List<Object> moved() {
    return List.of(
        Map.of("mac", "02:00:00:00:00:01", "ips", List.of("10.1.0.7/24")),
        Map.of("mac", "02:00:00:00:00:03", "interface", "net9", "gateways", List.of("10.2.0.9")));
  }

  /** A guarded zone runs that has a card on one network, and may have one on another. */
  private static void between(Host host) {
    network(host);
    other(host);
    host.zones().create(spec().with(ZoneProperties.FIREWALL_ENABLED, true));
    host.zones().start(zone());
  }

  private static void other(Host host) {
    host.networks()
        .create(
            NetworkRequest.of(STUB, Network.Kind.ETHERSTUB)
                .with(new Subnet(Cidr.of("10.2.0.0/24"), Optional.empty(), Optional.empty()))
                .with(new Subnet(Cidr.of("fd00::/64"), Optional.empty(), Optional.empty())));
  }

  private static void onBoth(Host host) {
    between(host);
    host.zones().update(zone(), new Patch(one("add_nics", second())), false);
  }

  static void network(Host host) {
    host.networks()
        .create(
            NetworkRequest.of(LAB, Network.Kind.NAT)
                .with(new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty())));
  }

  /** One card, of a zone or a guest. */
  static List<Nic> nics() {
    Nic nic =
        Nic.on(LAB)
            .settled("net0", MacAddress.local(1), LAB, List.of(Cidr.of("10.1.0.2/24")))
            .with(List.of(PublishedPort.of("8080:80"), PublishedPort.of("9000:9000/udp")));
    return List.of(nic);
  }

  private static void grid(Host host) {
    Subnet subnet =
        new Subnet(
            Cidr.of("10.1.0.0/24"),
            Optional.empty(),
            Optional.of(Subnet.Range.of("10.1.0.10-10.1.0.99")));
    Vxlan vxlan = new Vxlan(42, List.of(IpAddress.of("192.0.2.2")), Optional.empty(), Vxlan.PORT);
    host.networks().create(NetworkRequest.of(LAB, Network.Kind.ETHERSTUB).with(subnet).with(vxlan));
  }

  /** A zone runs on a switch that is one with another host's. */
  private static void onGrid(Host host) {
    grid(host);
    Nic nic =
        Nic.on(LAB).settled("net0", MacAddress.local(1), LAB, List.of(Cidr.of("10.1.0.12/24")));
    host.zones().create(CrashRows.spec().with(ZoneProperties.NICS, List.of(nic)));
    host.zones().start(zone());
  }

  /** A zone ran on it. */
  private static void emptyGrid(Host host) {
    onGrid(host);
    host.zones().delete(zone(), true);
  }

  private static NetworkUpdate reaching(String remote) {
    return new NetworkUpdate(
        Optional.empty(),
        Optional.empty(),
        NetworkDns.Change.NONE,
        Optional.of(List.of(IpAddress.of(remote))));
  }

  /** A zone runs on an etherstub, on which nobody answers for names. */
  private static void stub(Host host) {
    host.networks()
        .create(
            NetworkRequest.of(LAB, Network.Kind.ETHERSTUB)
                .with(new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty())));
    Nic nic =
        Nic.on(LAB).settled("eth0", MacAddress.local(1), LAB, List.of(Cidr.of("10.1.0.1/24")));
    host.zones().create(CrashRows.spec().with(ZoneProperties.NICS, List.of(nic)));
    host.zones().start(zone());
  }

  private static NetworkDns.Change resolver() {
    return new NetworkDns.Change(
        Optional.empty(),
        Optional.of(IpAddress.of("10.1.0.53")),
        Optional.empty(),
        Optional.empty());
  }

  private static ZoneSpec spec() {
    return CrashRows.spec().with(ZoneProperties.NICS, nics());
  }

  private static void zone(Host host) {
    host.zones().create(spec());
  }

  private static void made(Host host) {
    network(host);
    zone(host);
  }

  private static void running(Host host) {
    made(host);
    host.zones().start(zone());
  }

  private static ZoneRef zone() {
    return ZoneRef.of(CrashRows.spec().uuid());
  }

  /**
   * What a caller sees of the networks, and what the kernel knows of ports that zones publish.
   *
   * @param rules all that nft(8) lists
   */
  static List<String> seen(TestHost test, String rules) {
    List<String> seen = new ArrayList<>(published(test, rules));
    test.host().zones().list().forEach(zone -> seen.addAll(inside(test, zone)));
    for (Network each : test.host().networks().list()) {
      seen.addAll(reached(test, each));
      seen.add(
          "%s %s %s mtu=%d nics=%d %s %s %s"
              .formatted(
                  each.name(),
                  each.kind(),
                  each.subnets(),
                  each.mtu(),
                  each.nics(),
                  each.dns(),
                  each.vxlan(),
                  each.problem()));
    }
    return seen;
  }

  /** The hosts to which the kernel carries what is sent on a network that is in use. */
  private static List<String> reached(TestHost test, Network network) {
    if (network.vxlan().isEmpty() || network.nics() == 0) {
      return List.of();
    }
    LinkNames names = LinkNames.of(HostPaths.below(test.home()).cgroups(), false);
    return test.inside("bridge fdb show dev " + names.uplink(network))
        .lines()
        .filter(each -> each.contains(" dst "))
        .map(String::strip)
        .sorted()
        .toList();
  }

  private static List<String> published(TestHost test, String rules) {
    String table = LinkNames.of(HostPaths.below(test.home()).cgroups(), false).table();
    return Pattern.compile("(?ms)^table (inet|bridge) %s \\{.*?^}".formatted(table))
        .matcher(rules)
        .results()
        .flatMap(found -> Pattern.compile("elements = \\{[^}]*}").matcher(found.group()).results())
        .map(MatchResult::group)
        .map(set -> Stream.of(set.split("[{},]")).map(String::strip).sorted().toList() + "")
        .toList();
  }

  /** What of cards a zone that runs has inside, and the host of them. */
  private static List<String> inside(TestHost test, Zone zone) {
    Optional<Integer> pid = zone.status().pid();
    if (pid.isEmpty() || zone.spec().brand() == Brand.VM) {
      return List.of();
    }
    String namespace = "/proc/%d/ns/net".formatted(pid.get());
    String asked = "ip -o addr; ip -o route; ip -o -6 route";
    List<String> seen = new ArrayList<>();
    for (String line :
        test.inside("nsenter --net=%s sh -c '%s'".formatted(namespace, asked)).split("\n")) {
      // not its number, which each new card has one of; nor what the kernel adds when it likes
      if (!line.contains("fe80:") && !line.contains("multicast")) {
        seen.add(line.replaceFirst("^[0-9]+: ", "").replaceAll("\\s+", " ").strip());
      }
    }
    Set<String> links = new TreeSet<>();
    Matcher name = Pattern.compile("p[vix][0-9a-f]{13}").matcher(test.inside("ip -o link"));
    while (name.find()) {
      links.add(name.group());
    }
    seen.sort(null);
    seen.addAll(links);
    return seen;
  }
}
