package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.FirewallChange;
import polder.model.FirewallPayload;
import polder.model.FirewallProbe;
import polder.model.FirewallRemote;
import polder.model.FirewallRequest;
import polder.model.FirewallRule;
import polder.model.FirewallSentence;
import polder.model.FirewallTraffic;
import polder.model.FirewallUpdate;
import polder.model.FirewallVerdict;
import polder.model.FirewallZone;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** What the firewall means, on every {@link polder.model.Host}. Nothing is started. */
abstract class FirewallContract extends BalanceContract {
  private static FirewallRequest request(String rule) {
    return FirewallRequest.of(FirewallSentence.of(rule));
  }

  private Zone guarded(String name, String role) {
    Zone zone =
        host.zones()
            .create(
                spec(name, "true")
                    .with(ZoneProperties.NICS, List.of(Nic.on("contract")))
                    .with(ZoneProperties.TAGS, Map.of("role", role))
                    .with(ZoneProperties.FIREWALL_ENABLED, true));
    made.add(zone.uuid());
    return zone;
  }

  private boolean passes(String from, String to, String what) {
    return test(from, to, what).passes();
  }

  private FirewallVerdict test(String from, String to, String what) {
    return host.firewall().test(new FirewallProbe(from, to, FirewallTraffic.of(what)));
  }

  @Test
  void rulesAreAddedAskedChangedAndTakenAway() {
    Subnet subnet = new Subnet(Cidr.of("10.213.1.0/24"), Optional.empty(), Optional.empty());
    host.networks().create(NetworkRequest.of("contract", Network.Kind.ETHERSTUB).with(subnet));
    Zone web = guarded("web", "web");
    Zone db = guarded("db", "db");

    FirewallChange added =
        host.firewall()
            .add(
                FirewallPayload.of(
                    request("FROM tag role = web TO tag role = db ALLOW tcp PORT 5432")),
                false);
    FirewallRule rule = added.rules().getFirst();
    assertEquals(List.of(), added.warnings());
    assertEquals(rule, host.firewall().get(rule.uuid().toString()));
    assertEquals(rule, host.firewall().get(rule.uuid().toString().substring(0, 8)));
    assertTrue(host.firewall().list().contains(rule));
    assertEquals(List.of(rule), host.firewall().rules(ref("web")));
    assertEquals(
        List.of(
            new FirewallZone(db.uuid(), "db", true, false, 1),
            new FirewallZone(web.uuid(), "web", true, false, 1)),
        host.firewall().zones(rule.uuid().toString()));
    assertEquals(host.firewall().zones(rule.uuid().toString()), host.firewall().status());

    FirewallVerdict verdict = test("web", "db", "tcp/5432");
    assertTrue(verdict.passes());
    assertEquals(Optional.of(rule.uuid()), verdict.inbound().orElseThrow().rule());
    assertEquals(IpAddress.of("10.213.1.1"), verdict.from());
    assertFalse(passes("web", "db", "tcp/22"));
    assertFalse(passes("192.0.2.1", "db", "tcp/5432"));
    assertTrue(passes("db", "192.0.2.1", "udp/53"));
    assertKind(ErrorKind.INVALID, () -> test("web", "db", "icmp6/128"));
    assertKind(ErrorKind.NOT_FOUND, () -> test("web", "nobody", "tcp/1"));

    host.zones().update(ref("web"), new Patch(Map.of("set_tags", Map.of("role", "old"))), false);
    assertFalse(passes("web", "db", "tcp/5432"));
    host.zones().update(ref("db"), new Patch(Map.of("firewall_enabled", false)), false);
    assertTrue(passes("web", "db", "tcp/5432"));
    host.zones().update(ref("db"), new Patch(Map.of("firewall_enabled", true)), false);

    FirewallUpdate update =
        new FirewallUpdate(
            Optional.of(FirewallSentence.of("FROM any TO tag role = db ALLOW tcp PORT 22")),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of("everybody"),
            Optional.empty());
    assertEquals(
        "everybody",
        host.firewall()
            .update(rule.uuid().toString(), update, true)
            .rules()
            .getFirst()
            .description()
            .orElseThrow());
    assertFalse(passes("web", "db", "tcp/22"), "it was only asked");
    host.firewall().update(rule.uuid().toString(), update, false);
    assertTrue(passes("web", "db", "tcp/22"));
    host.firewall().update(rule.uuid().toString(), FirewallUpdate.enabled(false), false);
    assertFalse(passes("web", "db", "tcp/22"));

    host.firewall().delete(rule.uuid().toString());
    assertKind(ErrorKind.NOT_FOUND, () -> host.firewall().get(rule.uuid().toString()));
    assertKind(ErrorKind.NOT_FOUND, () -> host.firewall().delete(rule.uuid().toString()));
    assertKind(ErrorKind.INVALID, () -> host.firewall().get("no/such"));
    assertTrue(host.firewall().stats().stream().noneMatch(e -> e.rule().equals(rule.uuid())));
  }

  @Test
  void whatIsAddedTogetherIsAddedWhollyOrNotAtAll() {
    FirewallRemote remote =
        new FirewallRemote(
            UUID.randomUUID(),
            List.of(IpAddress.of("192.0.2.7"), IpAddress.of("2001:db8::7")),
            Optional.empty(),
            Map.of("role", "far"));
    FirewallChange change =
        host.firewall()
            .add(
                new FirewallPayload(
                    List.of(
                        request("FROM tag role = far TO tag none ALLOW tcp PORT 1"),
                        request("FROM tag none TO any BLOCK udp PORTS 1-5, 7")),
                    List.of(remote)),
                false);
    assertEquals(2, change.warnings().size(), change.warnings().toString());
    assertEquals(List.of(remote), host.firewall().remotes());
    List<FirewallRule> before = host.firewall().list();
    FirewallRequest again =
        new FirewallRequest(
            Optional.of(change.rules().getFirst().uuid()),
            FirewallSentence.of("FROM tag none TO any BLOCK ah"),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true);
    FirewallPayload clash =
        new FirewallPayload(List.of(request("FROM tag none TO any BLOCK esp"), again), List.of());
    assertKind(ErrorKind.EXISTS, () -> host.firewall().add(clash, false));
    assertEquals(before, host.firewall().list());
    assertEquals(
        1,
        host.firewall()
            .add(FirewallPayload.of(request("FROM tag none TO any BLOCK esp")), true)
            .rules()
            .size());
    assertEquals(before, host.firewall().list());
    change.rules().forEach(each -> host.firewall().delete(each.uuid().toString()));
    host.firewall().deleteRemote(remote.uuid());
    assertKind(ErrorKind.NOT_FOUND, () -> host.firewall().deleteRemote(remote.uuid()));
    assertEquals(List.of(), host.firewall().remotes());
  }

  @Test
  void allThatIsWrongWithARuleIsToldAtOnce() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () -> FirewallSentence.of("FROM ip 1.2.3 TO vm x ALLOW tcp PORT 0 PRIORITY 101"));
    assertEquals(4, refusal.faults().size(), String.valueOf(refusal.getMessage()));
    assertEquals(new Fault("", "at 9: '1.2.3' is no IP address"), refusal.faults().getFirst());
  }
}
