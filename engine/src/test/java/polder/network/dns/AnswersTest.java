package polder.network.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.Balance;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.Nic;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class AnswersTest {
  private static final Network LAB =
      Asked.network("lab", Network.Kind.NAT, NetworkDns.Change.NONE, "10.1.0.0/24", "fd00:1::/64");
  private static final Network BACK =
      Asked.network("back", Network.Kind.INTERNAL, NetworkDns.Change.NONE, "10.2.0.0/24");
  private static final String WEB = "10.1.0.2";
  private static final String DB = "10.1.0.3";

  private final List<Network> networks = new ArrayList<>(List.of(LAB, BACK));
  private final List<ZoneSpec> zones =
      new ArrayList<>(
          List.of(
              Asked.zone(
                  "web",
                  Asked.nic("lab", WEB + "/24", "fd00:1::2/64"),
                  Asked.nic("back", "10.2.0.2/24")),
              Asked.zone("db", Asked.nic("lab", DB + "/24"))
                  .with(ZoneProperties.ZONE_HOSTNAME, "store"),
              Asked.zone("vault", Asked.nic("back", "10.2.0.9/24"))));
  private final List<Balance> balances = new ArrayList<>();

  /** What is told somebody; "others" if those are to be asked. */
  private List<String> ask(String network, String source, String name, int type) {
    List<NameBook.Page> known =
        NameBook.of(networks, zones, balances).known(network, IpAddress.of(source));
    DnsQuestion question = Asked.question(name, type);
    Optional<DnsAnswer> answer = Answers.find(known, question, 0);
    return answer
        .map(each -> Asked.told(each.to(question, false, 65_535)))
        .orElse(List.of("others"));
  }

  private List<String> ask(String name, int type) {
    return ask("lab", DB, name, type);
  }

  @Test
  void aZoneIsFoundByItsAliasAndItsHostNameWhateverTheLetters() {
    for (String each : List.of("web", "web.internal", "WEB.Internal")) {
      assertEquals(List.of("0 aa", WEB), ask(each, DnsType.A));
      assertEquals(List.of("0 aa", "fd00:1::2"), ask(each, DnsType.AAAA));
    }
    assertEquals(List.of("0 aa", DB), ask("store.internal", DnsType.A));
    assertEquals(List.of("0 aa", WEB, "fd00:1::2"), ask("web", DnsType.ANY));
  }

  @Test
  void whatIsNotThereIsSaidToBeMissingInTheirDomain() {
    assertEquals(List.of("0 aa", "SOA internal"), ask("db.internal", DnsType.AAAA));
    assertEquals(List.of("3 aa", "SOA internal"), ask("nobody.internal", DnsType.A));
    assertEquals(List.of("3 aa", "SOA internal"), ask("www.db.internal", DnsType.A));
    assertEquals(List.of("3 aa"), ask("nobody", DnsType.A));
    assertEquals(List.of("0 aa", "SOA internal"), ask("internal", DnsType.SOA));
    assertEquals(List.of("0 aa", "SOA internal"), ask("internal", DnsType.A));
  }

  @Test
  void addressesHaveNamesAndThoseThatHaveNoneAreNobodyElses() {
    assertEquals(List.of("0 aa", "db.internal"), ask("3.0.1.10.in-addr.arpa", DnsType.PTR));
    assertEquals(
        List.of("3 aa", "SOA 0.1.10.in-addr.arpa"), ask("77.0.1.10.in-addr.arpa", DnsType.PTR));
    assertEquals(List.of("others"), ask("1.113.0.203.in-addr.arpa", DnsType.PTR));
    String six = "2." + "0.".repeat(15) + "0.".repeat(8) + "1.0.0.0.0.0.d.f.ip6.arpa";
    assertEquals(List.of("0 aa", "web.internal"), ask(six, DnsType.PTR));
    assertEquals(Optional.empty(), Answers.reversed(DnsName.of("3.0.01.10.in-addr.arpa")));
    assertEquals(Optional.empty(), Answers.reversed(DnsName.of("3.0.1.10.300.in-addr.arpa")));
  }

  @Test
  void nobodyLearnsNamesOfNetworksThatHeIsNotOn() {
    assertEquals(List.of("3 aa", "SOA internal"), ask("vault.internal", DnsType.A));
    assertEquals(List.of("3 aa"), ask("vault", DnsType.A));
    assertEquals(List.of("others"), ask("9.0.2.10.in-addr.arpa", DnsType.PTR));
    assertEquals(List.of("0 aa", "10.2.0.9"), ask("lab", WEB, "vault", DnsType.A));
    assertEquals(List.of("0 aa", "10.2.0.2"), ask("back", "10.2.0.9", "web", DnsType.A));
    assertEquals(List.of("0 aa", WEB), ask("lab", WEB, "web", DnsType.A));
    assertEquals(List.of("3 aa"), ask("back", "10.2.0.9", "db", DnsType.A));
    assertEquals(List.of("5"), ask("none", WEB, "web", DnsType.A));
  }

  @Test
  void whereSomebodyMaySendAsAnotherNobodyIsKnownByHisAddress() {
    Nic free =
        new Nic(
            Optional.of("eth0"),
            Optional.empty(),
            Optional.of("lab"),
            Optional.empty(),
            Optional.of(List.of("10.1.0.66/24")),
            List.of(),
            Optional.empty(),
            false,
            new Nic.Freedoms(false, true, false, false),
            List.of(),
            List.of(),
            polder.model.Bandwidth.NONE,
            Optional.empty());
    zones.add(Asked.zone("free", free));

    assertEquals(List.of("3 aa"), ask("lab", WEB, "vault", DnsType.A));
  }

  @Test
  void aBalanceGoesBeforeAZoneAndAnAliasBeforeAHostName() {
    balances.add(Asked.balance("web", "10.1.0.200:80@lab"));
    balances.add(Asked.balance("out", "192.0.2.1:80"));
    zones.add(
        Asked.zone("evil", Asked.nic("lab", "10.1.0.66/24"))
            .with(ZoneProperties.ZONE_HOSTNAME, "db"));

    assertEquals(List.of("0 aa", "10.1.0.200"), ask("web", DnsType.A));
    assertEquals(List.of("0 aa", DB), ask("db", DnsType.A));
    assertEquals(List.of("0 aa", "192.0.2.1"), ask("out", DnsType.A));
    assertEquals(List.of("3 aa"), ask("back", "10.2.0.9", "out", DnsType.A));
    assertEquals(List.of("0 aa", "10.2.0.2"), ask("back", "10.2.0.9", "web", DnsType.A));
  }

  @Test
  void namesWithDotsStayBelowTheDomain() {
    zones.add(Asked.zone("www.example.com", Asked.nic("lab", "10.1.0.66/24")));

    assertEquals(List.of("others"), ask("www.example.com", DnsType.A));
    assertEquals(List.of("0 aa", "10.1.0.66"), ask("www.example.com.internal", DnsType.A));
    assertEquals(List.of("0 aa", "SOA internal"), ask("example.com.internal", DnsType.A));
  }

  @Test
  void othersAreAskedWhereTheNetworkSaysSo() {
    assertEquals(List.of("others"), ask("www.example.com", DnsType.A));
    assertEquals(List.of("5"), ask("back", "10.2.0.9", "www.example.com", DnsType.A));
    assertEquals(List.of("others"), ask("com", 2));
    assertEquals(List.of("5"), ask("internal", 252), "nobody gets all at once");
  }

  @Test
  void ofSeveralAddressesAnotherIsTheFirstEachTimeAndTooManyAreCut() {
    for (int i = 10; i < 60; i++) {
      zones.add(
          Asked.zone("many" + i, Asked.nic("lab", "10.1.0." + i + "/24"))
              .with(ZoneProperties.ZONE_HOSTNAME, "many"));
    }
    List<NameBook.Page> known =
        NameBook.of(networks, zones, balances).known("lab", IpAddress.of(DB));
    DnsQuestion question = Asked.question("many", DnsType.A);
    List<String> first =
        Asked.told(Answers.find(known, question, 0).orElseThrow().to(question, true, 65_535));
    List<String> second =
        Asked.told(Answers.find(known, question, 1).orElseThrow().to(question, true, 65_535));

    assertEquals(51, first.size());
    assertEquals("10.1.0.10", first.get(1));
    assertEquals("10.1.0.11", second.get(1));
    byte[] cut = Answers.find(known, question, 0).orElseThrow().to(question, true, 512);
    assertEquals(List.of("0 cut aa"), Asked.told(cut));
    assertTrue(cut.length < 100);
  }
}
