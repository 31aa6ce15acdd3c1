package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.Cidr;
import polder.model.FirewallPayload;
import polder.model.FirewallRemote;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.FirewallUpdate;
import polder.model.Host;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** The operations on the firewall, and those on zones that have one; see {@link CrashRows}. */
final class FirewallRows {
  private static final UUID RULE = new UUID(1, 1);
  private static final UUID REMOTE = new UUID(1, 9);

  private FirewallRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Firewall.add", "of a rule", FirewallRows::running, FirewallRows::add, true),
        new CrashRow(
            "Firewall.add",
            "of rules and a remote VM",
            FirewallRows::running,
            FirewallRows::addAll,
            true),
        new CrashRow(
            "Firewall.update",
            "",
            FirewallRows::ruled,
            host -> host.firewall().update(RULE.toString(), FirewallUpdate.enabled(false), false),
            true),
        new CrashRow(
            "Firewall.delete",
            "",
            FirewallRows::ruled,
            host -> host.firewall().delete(RULE.toString()),
            true),
        new CrashRow(
            "Firewall.deleteRemote",
            "",
            host -> {
              running(host);
              addAll(host);
            },
            host -> host.firewall().deleteRemote(REMOTE),
            true),
        new CrashRow(
            "Zones.start",
            "with a firewall",
            FirewallRows::made,
            host -> host.zones().start(zone()),
            true),
        new CrashRow(
            "Zones.update",
            "of what the firewall asks",
            FirewallRows::ruled,
            host ->
                host.zones().update(zone(), new Patch(Map.of("set_tags", Map.of("a", "y"))), false),
            true));
  }

  private static FirewallRequest rule(int number, String text) {
    return new FirewallRequest(
        Optional.of(new UUID(1, number)),
        FirewallSentence.of(text),
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("1.000000"),
        false);
  }

  private static void add(Host host) {
    host.firewall()
        .add(FirewallPayload.of(rule(1, "FROM any TO tag a = x ALLOW tcp PORT 80")), false);
  }

  private static void addAll(Host host) {
    host.firewall()
        .add(
            new FirewallPayload(
                List.of(
                    rule(2, "FROM tag b TO all vms ALLOW tcp PORT 81"),
                    rule(3, "FROM all vms TO any BLOCK udp PORT 53")),
                List.of(
                    new FirewallRemote(
                        REMOTE,
                        List.of(IpAddress.of("192.0.2.1")),
                        Optional.empty(),
                        Map.of("b", true)))),
            false);
  }

  private static void made(Host host) {
    host.networks()
        .create(
            NetworkRequest.of("lab", Network.Kind.INTERNAL)
                .with(new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty())));
    Nic nic =
        Nic.on("lab").settled("net0", MacAddress.local(1), "lab", List.of(Cidr.of("10.1.0.2/24")));
    ZoneSpec spec =
        CrashRows.spec()
            .with(ZoneProperties.NICS, List.of(nic))
            .with(ZoneProperties.FIREWALL_ENABLED, true)
            .with(ZoneProperties.TAGS, Map.of("a", "x"));
    host.zones().create(spec);
    add(host);
  }

  private static void running(Host host) {
    made(host);
    host.firewall().delete(RULE.toString());
    host.zones().start(zone());
  }

  private static void ruled(Host host) {
    made(host);
    host.zones().start(zone());
  }

  private static ZoneRef zone() {
    return ZoneRef.of(CrashRows.spec().uuid());
  }

  /**
   * What a caller, and the kernel, see of the firewall: the names of the chains that cards are held
   * to follow from the rules in them.
   *
   * @param rules all that nft(8) lists
   */
  static List<String> seen(TestHost test, String rules) {
    List<String> seen = new ArrayList<>();
    test.host()
        .firewall()
        .list()
        .forEach(each -> seen.add("%s %s".formatted(each.sentence(), each.enabled())));
    test.host().firewall().remotes().forEach(each -> seen.add(each.toString()));
    test.host().firewall().status().forEach(each -> seen.add(each.toString()));
    boolean runs =
        test.host().zones().list().stream()
            .anyMatch(
                each ->
                    each.state() == ZoneState.RUNNING
                        && each.spec().get(ZoneProperties.FIREWALL_ENABLED));
    if (runs) {
      rules.lines().filter(line -> line.contains(": jump ")).map(String::strip).forEach(seen::add);
    }
    return seen;
  }
}
