package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceRequest;
import polder.model.BalanceTarget;
import polder.model.BalanceUpdate;
import polder.model.Cidr;
import polder.model.Host;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** The operations on balances, and those on zones that one leads to; see {@link CrashRows}. */
final class BalanceRows {
  private static final String WEB = "web";

  private BalanceRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Balances.create", "", BalanceRows::running, BalanceRows::balance, true),
        new CrashRow(
            "Balances.update",
            "",
            BalanceRows::balanced,
            host -> host.balances().update(WEB, BalanceUpdate.drain(zone())),
            true),
        new CrashRow(
            "Balances.delete",
            "",
            BalanceRows::balanced,
            host -> host.balances().delete(WEB),
            true),
        new CrashRow(
            "Zones.start",
            "with a balance",
            host -> {
              made(host);
              balance(host);
            },
            host -> host.zones().start(zone()),
            true),
        new CrashRow(
            "Zones.stop",
            "with a balance",
            BalanceRows::balanced,
            host -> host.zones().stop(zone(), StopOptions.FORCED),
            false));
  }

  private static void made(Host host) {
    host.networks()
        .create(
            NetworkRequest.of("lab", Network.Kind.ETHERSTUB)
                .with(new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty())));
    Nic nic =
        Nic.on("lab").settled("net0", MacAddress.local(1), "lab", List.of(Cidr.of("10.1.0.2/24")));
    host.zones().create(CrashRows.spec().with(ZoneProperties.NICS, List.of(nic)));
  }

  private static void running(Host host) {
    made(host);
    host.zones().start(zone());
  }

  private static void balance(Host host) {
    host.balances()
        .create(
            new BalanceRequest(
                WEB,
                List.of(BalanceListen.of("10.1.0.10:80")),
                List.of(BalanceTarget.of("zone:" + zone().text() + ":8080")),
                Balance.Affinity.NONE));
  }

  private static void balanced(Host host) {
    running(host);
    balance(host);
  }

  private static ZoneRef zone() {
    return ZoneRef.of(CrashRows.spec().uuid());
  }

  /**
   * What a caller sees of balances, and what the kernel knows of them.
   *
   * @param rules all that nft(8) lists
   */
  static List<String> seen(TestHost test, String rules) {
    List<String> seen = new ArrayList<>();
    test.host().balances().list().forEach(each -> seen.add(each.toString()));
    if (!seen.isEmpty()) {
      seen.addAll(elements(rules, "map slots4"));
      seen.addAll(elements(rules, "set members4"));
    }
    seen.addAll(elements(rules, "set inside4"));
    return seen;
  }

  private static List<String> elements(String rules, String set) {
    return Pattern.compile("(?ms)^\t%s \\{.*?^\t}".formatted(set))
        .matcher(rules)
        .results()
        .flatMap(found -> Pattern.compile("elements = \\{[^}]*}").matcher(found.group()).results())
        .map(MatchResult::group)
        .toList();
  }
}
