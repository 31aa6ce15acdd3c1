package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.FirewallBook.End;
import polder.model.FirewallSentence.Action;

/** What rules mean. */
class FirewallBookTest {
  private static final FirewallParty WEB = zone(1, "a", Map.of("role", "web"), true, "10.0.0.1");
  private static final FirewallParty DB =
      zone(2, "a", Map.of("role", "db", "big", "true"), true, "10.0.0.2", "fd00::2");
  private static final FirewallParty OPEN = zone(3, "b", Map.of("role", "web"), false, "10.0.0.3");
  private static final List<FirewallParty> ZONES = List.of(WEB, DB, OPEN);

  private FirewallBook book = FirewallBook.EMPTY;

  private static FirewallParty zone(
      int number, String owner, Map<String, String> tags, boolean guarded, String... addresses) {
    return new FirewallParty(
        new UUID(0, number),
        "zone" + number,
        new UUID(1, owner.charAt(0)).toString(),
        tags,
        List.of(addresses).stream().map(IpAddress::of).toList(),
        guarded);
  }

  private void add(String... rules) {
    book = FirewallBook.EMPTY;
    for (String each : rules) {
      book.make(List.of(FirewallRequest.of(FirewallSentence.of(each))), Instant.EPOCH)
          .forEach(rule -> book = book.with(rule));
    }
  }

  private boolean passes(String from, String to, String traffic) {
    return test(from, to, traffic).passes();
  }

  private FirewallVerdict test(String from, String to, String traffic) {
    return book.test(end(from), end(to), FirewallTraffic.of(traffic), ZONES);
  }

  private End end(String text) {
    return book.end(
        text,
        ZONES,
        ref -> ZONES.stream().filter(z -> z.name().equals(ref.text())).findFirst().orElseThrow());
  }

  @Test
  void withoutRulesNothingGetsInAndAllGetsOut() {
    add();
    assertTrue(passes("zone1", "192.0.2.1", "tcp/80"));
    assertEquals(false, passes("192.0.2.1", "zone1", "tcp/80"));
    assertEquals(false, passes("zone1", "zone2", "tcp/80"));
    assertTrue(passes("zone1", "zone3", "tcp/80"), "it has no firewall");
    assertTrue(passes("fd00::9", "zone2", "icmp6/135"), "who has that address?");
    assertEquals(false, passes("fd00::9", "zone2", "icmp6/128"));
  }

  @Test
  void ofTwoRulesAllowWinsInboundAndBlockWinsOutbound() {
    add(
        "FROM any TO tag role = db ALLOW tcp PORT 80",
        "FROM any TO tag role = db BLOCK tcp PORT 80",
        "FROM tag role = web TO any ALLOW tcp PORT 25",
        "FROM tag role = web TO any BLOCK tcp PORT 25");
    assertTrue(passes("192.0.2.1", "zone2", "tcp/80"));
    assertEquals(false, passes("zone1", "192.0.2.1", "tcp/25"));
  }

  @Test
  void theHigherPriorityIsAskedFirst() {
    add(
        "FROM any TO tag role = db ALLOW tcp PORT 80",
        "FROM any TO tag role = db BLOCK tcp PORT 80 PRIORITY 1",
        "FROM ip 192.0.2.1 TO tag role = db ALLOW tcp PORT 80 PRIORITY 2",
        "FROM tag role = web TO any ALLOW tcp PORT 25 PRIORITY 1",
        "FROM tag role = web TO any BLOCK tcp PORT 25");
    assertTrue(passes("192.0.2.1", "zone2", "tcp/80"));
    assertEquals(false, passes("192.0.2.2", "zone2", "tcp/80"));
    assertTrue(passes("zone1", "192.0.2.1", "tcp/25"));
  }

  @Test
  void aRuleWithAnOwnerSpeaksOfHisZonesOnly() {
    FirewallRequest of =
        new FirewallRequest(
            Optional.empty(),
            FirewallSentence.of("FROM tag role = web TO all vms ALLOW tcp PORT 80"),
            true,
            Optional.of(new UUID(1, 'a')),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false);
    add();
    book.make(List.of(of), Instant.EPOCH).forEach(rule -> book = book.with(rule));
    assertTrue(passes("zone1", "zone2", "tcp/80"));
    assertEquals(false, passes("zone3", "zone2", "tcp/80"), "its tag fits, but not its owner");
    assertEquals(List.of(), book.of(OPEN));
  }

  @Test
  void aRemoteVmIsSpokenOfByItsTags() {
    add("FROM tag role = web TO tag big ALLOW tcp PORTS 5000-6000");
    assertEquals(false, passes("192.0.2.7", "zone2", "tcp/5432"));
    FirewallRemote remote =
        new FirewallRemote(
            new UUID(0, 9),
            List.of(IpAddress.of("192.0.2.7")),
            Optional.empty(),
            Map.of("role", "web"));
    book = book.with(remote);
    assertTrue(passes("192.0.2.7", "zone2", "tcp/5432"));
    assertTrue(passes(remote.uuid().toString(), "zone2", "tcp/5432"));
    assertEquals(false, passes("192.0.2.7", "zone2", "tcp/80"));
    assertTrue(passes("zone2", remote.uuid().toString(), "tcp/80"), "it has no rules here");
  }

  @Test
  void theRuleThatDecidesIsNamed() {
    add("FROM any TO vm %s ALLOW icmp TYPE 8 CODE 0".formatted(WEB.uuid()));
    FirewallVerdict verdict = test("zone2", "zone1", "icmp/8");
    assertEquals(
        Optional.of(book.rules().getFirst().uuid()), verdict.inbound().orElseThrow().rule());
    assertEquals(Action.ALLOW, verdict.outbound().orElseThrow().action());
    assertEquals(Optional.empty(), verdict.outbound().orElseThrow().rule());
    assertEquals(false, passes("zone2", "zone1", "icmp/8/1"));
    assertThrows(PolderException.class, () -> test("zone2", "zone1", "icmp6/128"));
  }

  @Test
  void aRuleThatTouchesNobodyIsToldOf() {
    add(
        "FROM any TO tag none ALLOW tcp PORT 80",
        "FROM any TO vm %s ALLOW ah".formatted(OPEN.uuid()));
    List<String> warnings = book.warnings(book.rules(), ZONES);
    assertEquals(2, warnings.size(), warnings.toString());
    assertTrue(warnings.toString().contains("touches no zone that is here now"));
    assertTrue(warnings.toString().contains("whose firewall_enabled is false"));
    add("FROM any TO all vms ALLOW tcp PORT 80");
    assertEquals(List.of(), book.warnings(book.rules(), ZONES));
  }

  @Test
  void aReferenceIsAUuidOrItsBeginning() {
    add("FROM any TO all vms ALLOW tcp PORT 80");
    FirewallRule rule = book.rules().getFirst();
    assertEquals(rule, book.get(rule.uuid().toString()));
    assertEquals(rule, book.get(rule.uuid().toString().substring(0, 8)));
    assertEquals(
        ErrorKind.INVALID, assertThrows(PolderException.class, () -> book.get("zzzz")).kind());
    assertEquals(
        ErrorKind.EXISTS,
        assertThrows(
                PolderException.class,
                () ->
                    book.make(
                        List.of(
                            new FirewallRequest(
                                Optional.of(rule.uuid()),
                                rule.sentence(),
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false)),
                        Instant.EPOCH))
            .kind());
  }
}
