package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Balance;
import polder.model.Cidr;
import polder.model.Finding;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PublishedPort;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Names on networks, asked by zones, in a host whose network is a namespace of the test's own. */
@Tag("kernel")
@Timeout(300)
class NamesKernelTest {
  private final List<Process> started = new ArrayList<>();
  private Path notes = Path.of("");

  @AfterEach
  void end() throws Exception {
    for (Process each : started) {
      each.destroyForcibly().waitFor();
    }
    if (!notes.toString().isEmpty()) {
      Files.delete(notes);
    }
  }

  private static void network(
      TestHost test, String name, Network.Kind kind, String subnet, NetworkDns.Change dns) {
    test.host()
        .networks()
        .create(
            NetworkRequest.of(name, kind)
                .with(new Subnet(Cidr.of(subnet), Optional.empty(), Optional.empty()))
                .with(dns));
  }

  private static void network(TestHost test, String name, Network.Kind kind, String subnet) {
    network(test, name, kind, subnet, NetworkDns.Change.NONE);
  }

  private static ZoneSpec on(ZoneSpec spec, String... networks) {
    return spec.with(ZoneProperties.NICS, Stream.of(networks).map(Nic::on).toList());
  }

  private static ZoneSpec zone(String name, String... networks) {
    return on(TestHost.spec(name, "exec sleep 1000"), networks);
  }

  /** What a zone finds by a name, or by an address: words, nothing if there is none. */
  private static String find(TestHost test, String zone, String name) {
    try {
      String said = test.exec(zone, "getent hosts " + name + " 2>&1 | head -n 1");
      return said.lines().count() < 2 ? "" : said.lines().toList().getFirst().replaceAll(" +", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String python(TestHost test, String zone, String script) throws IOException {
    return test.exec(zone, "/usr/bin/python3 -c \"" + script + "\"");
  }

  private static NetworkDns.Change forward(String... servers) {
    return new NetworkDns.Change(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(List.of(servers)));
  }

  private static NetworkUpdate names(boolean on) {
    return new NetworkUpdate(
        Optional.empty(),
        Optional.empty(),
        new NetworkDns.Change(
            Optional.of(on), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  /** Starts the resolver that questions are passed on to, on the loopback of the test's host. */
  private void resolver(TestHost test) throws Exception {
    notes = Files.createTempFile("polder-names-", ".txt");
    started.add(
        new ProcessBuilder(
                "nsenter",
                "--net=" + test.network(),
                "/usr/bin/python3",
                "-c",
                NamesScripts.RESOLVER,
                notes.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
    TestHost.eventually("it listens", () -> noted().contains("ready"));
  }

  /** An interface by which the host reaches others, as it thinks. */
  private static void outside(TestHost test) throws Exception {
    for (String each :
        List.of(
            "ip link add out0 type veth peer name out1",
            "sysctl -qw net.ipv6.conf.out1.disable_ipv6=1",
            "sysctl -qw net.ipv6.conf.out0.disable_ipv6=1",
            "ip addr add 192.0.2.1/24 dev out0",
            "ip link set out0 up",
            "ip link set out1 up")) {
      List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + test.network()));
      command.addAll(List.of(each.split(" ")));
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), each);
    }
  }

  /** How many packets went out there. */
  private static String out(TestHost test) {
    String said = ofHost(test, "-s", "-o", "link", "show", "out0");
    List<String> words = List.of(said.strip().split("\\s+"));
    return words.get(words.size() - 5); // bytes packets errors dropped carrier collsns
  }

  /** What it was asked, be it once or again. */
  private Set<String> noted() {
    try {
      return new TreeSet<>(Files.readAllLines(notes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void zonesAndBalancesAreFoundByNameByThoseOnTheirNetworks() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      network(test, "back", Network.Kind.INTERNAL, "10.2.0.0/24");
      test.run(zone("db", "lab").with(ZoneProperties.ZONE_HOSTNAME, "store"));
      test.run(zone("web", "lab", "back"));
      test.run(zone("vault", "back"));

      assertEquals("10.1.0.2 db.internal", find(test, "web", "db"));
      assertEquals("10.1.0.2 STORE.internal", find(test, "web", "STORE"));
      assertEquals("10.1.0.2 db.internal", find(test, "web", "10.1.0.2"));
      assertEquals("10.1.0.3 web.internal", find(test, "db", "web.internal"));
      assertEquals("10.2.0.3 vault.internal", find(test, "web", "vault"), "it is there, too");
      assertEquals("", find(test, "db", "vault"), "it is not on that network");
      assertEquals("", find(test, "db", "10.2.0.3"));
      assertEquals("", find(test, "vault", "db"));
      assertEquals("10.2.0.2 web.internal", find(test, "vault", "web"));

      test.host().zones().update(TestHost.ref("db"), new Patch(Map.of("alias", "sql")), false);
      assertEquals("10.1.0.2 sql.internal", find(test, "web", "sql"));
      assertEquals("", find(test, "web", "db"));
      test.host().zones().stop(TestHost.ref("sql"), StopOptions.FORCED);
      assertEquals("", find(test, "web", "sql"), "it leads nowhere while it is down");
      test.host().zones().start(TestHost.ref("sql"));
      assertEquals("10.1.0.2 sql.internal", find(test, "web", "sql"));

      test.host()
          .balances()
          .create(
              BalanceKernelTest.request(
                  "front", Balance.Affinity.NONE, List.of("10.1.0.200:80"), "zone:web:80"));
      assertEquals("10.1.0.200 front.internal", find(test, "sql", "front"));
      assertEquals("", find(test, "vault", "front"));
      test.host().balances().delete("front");
      assertEquals("", find(test, "sql", "front"));

      test.reopen(); // as after the daemon's death
      assertEquals("10.1.0.2 sql.internal", find(test, "web", "sql"));
      assertEquals("", find(test, "sql", "vault"));

      test.host().networks().update("lab", names(false));
      assertEquals("", find(test, "sql", "web"));
      test.host().networks().update("lab", names(true));
      assertEquals("10.1.0.3 web.internal", find(test, "sql", "web"));
    }
  }

  @Test
  void aNetworkOfBothFamiliesAnswersByBothAndOverConnectionsToo() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host()
          .networks()
          .create(
              NetworkRequest.of("lab", Network.Kind.INTERNAL)
                  .with(new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty()))
                  .with(new Subnet(Cidr.of("fd00:1::/64"), Optional.empty(), Optional.empty())));
      test.run(zone("db", "lab"));
      test.run(zone("web", "lab"));

      assertEquals("fd00:1::2 db.internal", find(test, "web", "db"));
      assertEquals("fd00:1::2 db.internal", find(test, "web", "fd00:1::2"));
      assertEquals(
          "10.1.0.1 fd00:1::1 0", test.exec("web", NamesScripts.SERVERS).replaceAll("\\s+", " "));
      TestHost.eventually( // who has just got an address may not send from it yet: RFC 4862
          "both answer in both ways",
          () -> {
            try {
              return python(test, "web", NamesScripts.BOTH).equals("4\n0");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  @Test
  void whomAZoneAsksFollowsItsNetworksUnlessItSays() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      test.run(zone("a", "lab"));
      test.run(zone("b", "lab").with(ZoneProperties.RESOLVERS, List.of("192.0.2.53")));
      test.run(zone("c", "lab").with(ZoneProperties.DNS_DOMAIN, "example.org"));
      String ask = "cat /etc/resolv.conf";

      assertEquals("search internal\nnameserver 10.1.0.1\n0", test.exec("a", ask));
      assertEquals("search local\nnameserver 192.0.2.53\n0", test.exec("b", ask));
      assertEquals("search example.org internal\nnameserver 10.1.0.1\n0", test.exec("c", ask));

      test.exec("c", "echo nameserver 192.0.2.1 > /etc/resolv.conf");
      test.host().networks().update("lab", names(false));
      for (String each : List.of("a", "b", "c")) {
        test.host().zones().reboot(TestHost.ref(each), StopOptions.FORCED);
      }
      assertFalse(test.exec("a", ask).contains("10.1.0.1"));
      assertEquals("search local\nnameserver 192.0.2.53\n0", test.exec("b", ask));
      assertEquals("nameserver 192.0.2.1\n0", test.exec("c", ask), "its owner's is his");

      test.exec("a", "cp /etc/resolv.conf /tmp/r; rm /etc/resolv.conf; cp /tmp/r /etc/resolv.conf");
      test.host().networks().update("lab", names(true)); // it is as if an earlier version wrote it
      test.host().zones().reboot(TestHost.ref("a"), StopOptions.FORCED);
      assertEquals("search internal\nnameserver 10.1.0.1\n0", test.exec("a", ask));
    }
  }

  @Test
  @DisplayName("S-NET-03 an internal network: no question and no packet gets out")
  void otherNamesAreAskedOfOthersOnlyWhereTheNetworkLeadsOutside() throws Exception {
    try (TestHost test = new TestHost()) {
      resolver(test);
      outside(test);
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24", forward("127.0.0.1"));
      network(test, "back", Network.Kind.INTERNAL, "10.2.0.0/24");
      test.run(zone("web", "lab"));
      test.run(zone("vault", "back"));

      assertEquals("203.0.113.7 www.example.com", find(test, "web", "www.example.com"));
      assertTrue(
          test.exec("web", "getent ahostsv4 big.example.com | grep -c STREAM").startsWith("100"));
      assertTrue(noted().containsAll(List.of("www", "big", "big stream")), () -> noted() + "");
      Set<String> before = noted();
      assertEquals("", find(test, "vault", "www.example.com"));
      assertEquals("", find(test, "web", "nobody"));
      assertEquals("", find(test, "web", "nobody.internal"));
      assertEquals("", find(test, "web", "10.1.0.77"));
      assertEquals(before, noted(), "what is ours, and what must not get out, stays");
      assertEquals("0", out(test));
      python(test, "vault", NamesScripts.KNOCK);
      assertEquals("0", out(test));
      python(test, "web", NamesScripts.KNOCK);
      TestHost.eventually("it gets out of the other", () -> !out(test).equals("0"));

      test.host()
          .networks()
          .update("lab", new NetworkUpdate(Optional.empty(), Optional.empty(), forward()));
      assertEquals("", find(test, "web", "other.example.com"));
      assertEquals(before, noted());
    }
  }

  @Test
  void whoSendsRubbishOrTooMuchIsNobodyElsesTrouble() throws Exception {
    try (TestHost test = new TestHost()) {
      resolver(test);
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24", forward("127.0.0.1"));
      test.run(zone("db", "lab"));
      test.run(zone("greedy", "lab"));
      int threads = Thread.getAllStackTraces().size();
      test.run(
          on(TestHost.spec("evil", ""), "lab")
              .with(ZoneProperties.CMD, List.of("/usr/bin/python3", "-c", NamesScripts.HOSTILE)));
      TestHost.eventually("all is sent", () -> test.logs("evil").contains("done"));

      assertEquals("10.1.0.2 db.internal", find(test, "greedy", "db"));
      assertEquals("68\n0", python(test, "greedy", NamesScripts.GREEDY));
      assertEquals(
          32, noted().stream().filter(each -> each.startsWith("mute")).count(), "of 100 at once");
      assertEquals("203.0.113.7 www.example.com", find(test, "db", "www.example.com"));
      assertTrue(
          Thread.getAllStackTraces().size() < threads + 10,
          () -> "threads: " + Thread.getAllStackTraces().keySet());
    }
  }

  @Test
  void aServerOfTheHostsThatTakesAllAddressesKeepsNoZoneFromStarting() throws Exception {
    try (TestHost test = new TestHost()) {
      Process other =
          new ProcessBuilder(
                  "nsenter",
                  "--net=" + test.network(),
                  "/usr/bin/python3",
                  "-c",
                  NamesScripts.EVERYWHERE)
              .start();
      started.add(other);
      assertEquals('r', other.getInputStream().read());
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      test.run(zone("db", "lab"));
      assertTrue(unanswered(test).contains("EADDRINUSE"), () -> unanswered(test));

      other.destroyForcibly().waitFor();
      test.run(zone("web", "lab"));

      assertEquals("", unanswered(test));
      assertEquals("10.1.0.2 db.internal", find(test, "web", "db"));
    }
  }

  private static String unanswered(TestHost test) {
    return test.host().doctor().stream()
        .filter(each -> each.name().equals("names on network lab"))
        .map(Finding::value)
        .findFirst()
        .orElse("");
  }

  @Test
  void onAnEtherstubOnlyTheNameServerHasAnAddress() throws Exception {
    try (TestHost test = new TestHost()) {
      NetworkDns.Change dns =
          new NetworkDns.Change(
              Optional.empty(),
              Optional.of(IpAddress.of("10.1.0.53")),
              Optional.of("lab"),
              Optional.empty());
      network(test, "stub", Network.Kind.ETHERSTUB, "10.1.0.0/24", dns);
      network(test, "twin", Network.Kind.ETHERSTUB, "10.1.0.0/24", dns);
      test.run(zone("db", "stub"));
      test.run(zone("web", "stub"));
      test.run(zone("other", "twin"));

      assertEquals("10.1.0.1 db.lab", find(test, "web", "db"));
      assertEquals("10.1.0.1 other.lab other", find(test, "other", "other.lab"), "by /etc/hosts");
      assertEquals("", find(test, "other", "db"), "another switch, with the same addresses");
      assertEquals("10.1.0.53", resolverOf(test, "web"));
      test.reopen();
      TestHost.eventually("again", () -> find(test, "web", "db").equals("10.1.0.1 db.lab"));
      assertFalse(ofHost(test, "-4", "-o", "addr").contains("10.1.0."), "the host has none");
      assertEquals(2, ofHost(test, "-o", "link").lines().filter(l -> l.contains(" pd")).count());
      test.host().networks().update("stub", names(false));
      assertEquals(1, ofHost(test, "-o", "link").lines().filter(l -> l.contains(" pd")).count());
    }
  }

  private static String ofHost(TestHost test, String... asked) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + test.network(), "ip"));
    command.addAll(List.of(asked));
    try {
      Process ip = new ProcessBuilder(command).start();
      return new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resolverOf(TestHost test, String zone) throws IOException {
    return test.exec(zone, NamesScripts.SERVERS).lines().toList().getFirst();
  }

  @Test
  void aZoneThatPublishesTheHostsPortOfNamesDoesNotGetItsNeighboursQuestions() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      ZoneSpec spec = zone("dns", "lab");
      test.run(
          spec.with(
              ZoneProperties.NICS,
              List.of(
                  Nic.on("lab")
                      .with(List.of(PublishedPort.of("53:53/udp"), PublishedPort.of("53:53"))))));
      test.run(zone("web", "lab"));

      assertEquals("10.1.0.2 dns.internal", find(test, "web", "dns"));
      test.host().zones().reboot(TestHost.ref("dns"), StopOptions.FORCED); // we listen there, too
      assertEquals("10.1.0.2 dns.internal", find(test, "web", "dns"));
    }
  }
}
