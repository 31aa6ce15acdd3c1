package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.NicCounters;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** Network cards that come, go and change while their zone runs. */
@Tag("kernel")
@Timeout(300)
class LiveCardsKernelTest {
  /** Nobody listens at that port: whoever is reached says so. */
  private static final String CALL =
      """
      import socket, sys
      caller = socket.socket()
      caller.settimeout(5)
      caller.bind((sys.argv[2], 0))
      try:
          caller.connect((sys.argv[1], 9))
      except ConnectionRefusedError:
          print('yes')
      except OSError:
          print('no')
      """;

  @Test
  void aCardComesAndGoesWhileTheZoneRuns() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24"));
      test.host().networks().create(stub("other", "10.2.0.0/24"));
      run(test, "web", "lab");
      run(test, "db", "other");
      assertEquals("no", reaches(test, "web", "10.2.0.1"));

      UpdatePlan plan =
          update(
              test,
              "web",
              "{\"add_nics\": [{\"nic_tag\": \"other\", \"bandwidth\": {\"out\": \"100M\"}}]}");
      assertEquals(UpdatePlan.Effect.NOW, plan.lines().getFirst().effect());
      assertTrue(plan.lines().getFirst().reason().contains("resolv.conf"), plan::toString);
      Nic card = nics(test, "web").get(1);
      assertEquals(Optional.of("eth1"), card.name());
      assertEquals(List.of(Cidr.of("10.2.0.2/24")), card.addresses());
      assertTrue(test.exec("web", "ip -4 -o addr show eth1").contains("10.2.0.2/24"));
      assertEquals("yes", reaches(test, "web", "10.2.0.1"));
      assertEquals(
          Set.of("eth0", "eth1"),
          test.host().networks().counters().stream()
              .filter(each -> each.alias().equals("web"))
              .map(NicCounters::nic)
              .collect(Collectors.toSet()));

      test.reopen(); // as after the daemon's death
      assertEquals("yes", reaches(test, "web", "10.2.0.1"));
      test.host().zones().reboot(TestHost.ref("web"), StopOptions.FORCED);
      assertEquals("yes", reaches(test, "web", "10.2.0.1"));

      update(test, "web", "{\"remove_nics\": [\"%s\"]}".formatted(card.mac().orElseThrow()));
      assertEquals("no", reaches(test, "web", "10.2.0.1"));
      assertEquals(1, nics(test, "web").size());
      assertEquals("lo eth0", links(test, "web"));
      assertFalse(inHost(test, "ip", "-o", "link").contains("pi"), "nothing slows anybody down");
      assertEquals(1, ports(test, "lab"), "of the cards there is");
      assertEquals(1, ports(test, "other"), "of the cards there is");
      run(test, "next", "other");
      assertEquals(List.of(Cidr.of("10.2.0.2/24")), nics(test, "next").getFirst().addresses());

      update(test, "db", "{\"nics\": []}");
      assertEquals("lo", links(test, "db"));
      update(test, "db", "{\"add_nics\": [{\"nic_tag\": \"lab\"}]}");
      assertEquals("yes", reaches(test, "db", "10.1.0.1"));
      assertEquals(Optional.of("eth0"), nics(test, "db").getFirst().name());
      test.host().zones().delete(TestHost.ref("db"), true);
    }
  }

  @Test
  void whatIsInTheWayIsToldAllAtOnceAndNothingIsHalfPlugged() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/29"));
      test.host().networks().create(stub("tiny", "10.2.0.0/30"));
      inHost(test, "ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1");
      test.host()
          .networks()
          .create(
              new NetworkRequest(
                  "wire",
                  Network.Kind.MACVLAN,
                  Optional.of("up0"),
                  List.of(),
                  Optional.empty(),
                  NetworkDns.Change.NONE));
      run(test, "web", "lab");
      run(test, "db", "lab");
      run(test, "a", "tiny");
      run(test, "b", "tiny");
      inZone(test, "web", "ip", "link", "add", "mine", "type", "bridge");
      String taken = nics(test, "db").getFirst().mac().orElseThrow().value();
      String before = state(test, "web");
      PolderException refusal =
          assertThrows(
              PolderException.class,
              () ->
                  update(
                      test,
                      "web",
                      """
                      {"remove_nics": ["02:00:00:00:00:99"],
                       "add_nics": [{"nic_tag": "lab", "ips": ["10.1.0.2/29"]},
                                    {"nic_tag": "lab", "mac": "%s"},
                                    {"nic_tag": "none"},
                                    {"nic_tag": "tiny"},
                                    {"nic_tag": "lab", "interface": "mine"},
                                    {"nic_tag": "wire", "allow_mac_spoofing": true,
                                     "allow_ip_spoofing": true, "allow_dhcp_spoofing": true,
                                     "allow_restricted_traffic": true, "ips": ["10.3.0.1/24"]}]}
                      """
                          .formatted(taken)));
      assertEquals(ErrorKind.INVALID, refusal.kind());
      assertEquals(
          Set.of(
              "remove_nics",
              "nics[1].ips",
              "nics[2].mac",
              "nics[3].nic_tag",
              "nics[4].ips",
              "nics[5].interface",
              "nics[6].nic_tag"),
          refusal.faults().stream().map(Fault::path).collect(Collectors.toCollection(TreeSet::new)),
          refusal::toString);
      assertEquals(before, state(test, "web"));
      assertEquals(List.of(), test.host().fsck());

      // what an update was refused is still free
      update(test, "web", "{\"add_nics\": [{\"nic_tag\": \"lab\", \"ips\": [\"10.1.0.5/29\"]}]}");
      assertEquals("lo eth0 mine eth1", links(test, "web"));
    }
  }

  @Test
  void addressesNamesNetworksAndRoutesChangeInPlace() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24").with(subnet("fd00::/64")));
      test.host().networks().create(stub("other", "10.2.0.0/24"));
      run(test, "web", "lab");
      run(test, "db", "lab");
      test.host().networks().create(stub("third", "10.3.0.0/24"));
      run(test, "far", "third");
      String mac = nics(test, "web").getFirst().mac().orElseThrow().value();
      int port = index(test, mac);

      update(test, "web", change(mac, "\"ips\": [\"10.1.0.50/24\", \"fd00::50/64\"]"));
      String addresses = test.exec("web", "ip -o addr show eth0");
      assertTrue(addresses.contains("10.1.0.50/24"), addresses);
      assertTrue(addresses.contains("fd00::50/64"), addresses);
      assertFalse(addresses.contains("10.1.0.1/24"), addresses);
      assertEquals("yes", reaches(test, "db", "10.1.0.50"));
      assertEquals(port, index(test, mac), "the same card: no connection of it broke");
      // what was its own is another's now, or nobody's: it is not let through any more
      inZone(test, "web", "ip", "addr", "add", "10.1.0.1/24", "dev", "eth0");
      assertEquals("no", reaches(test, "web", "10.1.0.2", "10.1.0.1"));
      inZone(test, "web", "ip", "addr", "del", "10.1.0.1/24", "dev", "eth0");
      update(test, "web", change(mac, "\"allowed_ips\": [\"10.1.0.1\"]"));
      inZone(test, "web", "ip", "addr", "add", "10.1.0.1/24", "dev", "eth0");
      assertEquals("yes", reaches(test, "web", "10.1.0.2", "10.1.0.1"));
      inZone(test, "web", "ip", "addr", "del", "10.1.0.1/24", "dev", "eth0");

      update(test, "web", "{\"routes\": {\"10.9.0.0/16\": \"10.1.0.2\"}}");
      assertTrue(test.exec("web", "ip route").contains("10.9.0.0/16 via 10.1.0.2"));
      update(
          test,
          "web",
          """
          {"add_nics": [{"nic_tag": "other", "primary": true, "gateways": ["10.2.0.254"]}],
           "routes": null}
          """);
      String routes = test.exec("web", "ip route");
      assertTrue(routes.contains("default via 10.2.0.254 dev eth1"), routes);
      assertFalse(routes.contains("10.9.0.0/16"), routes);
      assertFalse(nics(test, "web").getFirst().primary());

      update(
          test,
          "web",
          change(mac, "\"nic_tag\": \"third\", \"interface\": \"net7\", \"ips\": [\"dhcp\"]"));
      assertEquals(List.of(Cidr.of("10.3.0.2/24")), nics(test, "web").getFirst().addresses());
      assertEquals(Set.of("lo", "eth1", "net7"), Set.of(links(test, "web").split(" ")));
      assertEquals("no", reaches(test, "db", "10.1.0.50"));
      assertEquals("yes", reaches(test, "far", "10.3.0.2"));
      assertEquals(1, ports(test, "lab"), "db's");
    }
  }

  @Test
  void aGuardedZonesCardIsHeldFromItsFirstFrame() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24"));
      test.host()
          .zones()
          .create(
              TestHost.spec("web", "exec sleep 1000").with(ZoneProperties.FIREWALL_ENABLED, true));
      test.host().zones().start(TestHost.ref("web"));
      run(test, "db", "lab");
      update(test, "web", "{\"add_nics\": [{\"nic_tag\": \"lab\"}]}");
      assertEquals("no", reaches(test, "db", "10.1.0.2"));
      assertEquals("yes", reaches(test, "web", "10.1.0.1"), "and its answers come in");
      update(test, "web", "{\"firewall_enabled\": false}");
      assertEquals("yes", reaches(test, "db", "10.1.0.2"));
    }
  }

  @Test
  void aCardThatItsZoneTookAwayItselfCanBeRemoved() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24"));
      run(test, "web", "lab");
      String mac = nics(test, "web").getFirst().mac().orElseThrow().value();
      inZone(test, "web", "ip", "link", "del", "eth0");
      PolderException refusal =
          assertThrows(
              PolderException.class,
              () -> update(test, "web", change(mac, "\"ips\": [\"10.1.0.9/24\"]")));
      assertTrue(refusal.toString().contains("is not in the zone any more"), refusal::toString);
      update(test, "web", "{\"remove_nics\": [\"%s\"]}".formatted(mac));
      update(test, "web", "{\"add_nics\": [{\"nic_tag\": \"lab\"}]}");
      inZone(test, "web", "ip", "link", "set", "eth0", "down");
      inZone(test, "web", "ip", "link", "set", "eth0", "name", "hidden");
      update(test, "web", "{\"nics\": []}");
      assertEquals("lo", links(test, "web"));
      assertEquals(0, ports(test, "lab"));
    }
  }

  private static String change(String mac, String words) {
    return "{\"update_nics\": [{\"mac\": \"%s\", %s}]}".formatted(mac, words);
  }

  private static void run(TestHost test, String name, String network) throws Exception {
    test.run(
        TestHost.spec(name, "exec sleep 1000").with(ZoneProperties.NICS, List.of(Nic.on(network))));
  }

  private static UpdatePlan update(TestHost test, String zone, String patch) {
    UpdatePlan plan =
        test.host().zones().update(TestHost.ref(zone), new Patch(Json.object(patch)), false);
    assertFalse(plan.refused(), plan::toString);
    return plan;
  }

  private static List<Nic> nics(TestHost test, String zone) {
    return test.get(zone).spec().get(ZoneProperties.NICS);
  }

  private static String reaches(TestHost test, String zone, String whom) throws Exception {
    return reaches(test, zone, whom, "0.0.0.0");
  }

  private static String reaches(TestHost test, String zone, String whom, String from)
      throws Exception {
    String script = "/usr/bin/python3 -c \"%s\" %s %s".formatted(CALL, whom, from);
    return test.exec(zone, script).lines().findFirst().orElse("");
  }

  /** All that may be half plugged. */
  private static String state(TestHost test, String zone) throws Exception {
    Map<String, String> state = new LinkedHashMap<>();
    state.put("nics", nics(test, zone).toString());
    state.put("inside", inZone(test, zone, "ip", "-o", "addr"));
    state.put("links", inHost(test, "ip", "-o", "link"));
    state.put("rules", inHost(test, "nft", "list", "ruleset").replaceAll("counter packets.*", ""));
    return state.toString();
  }

  private static String links(TestHost test, String zone) throws Exception {
    return inZone(test, zone, "ip", "-o", "link")
        .lines()
        .map(line -> line.split("[:@]")[1].strip())
        .collect(Collectors.joining(" "));
  }

  /** How many of a network's cards the host has ends of. */
  private static long ports(TestHost test, String network) throws Exception {
    String bridge = test.host().networks().get(network).link();
    return inHost(test, "ip", "-o", "link", "show", "master", bridge).lines().count();
  }

  private static int index(TestHost test, String mac) throws Exception {
    String tail = mac.substring(6).replace(":", "");
    return inHost(test, "ip", "-o", "link")
        .lines()
        .filter(line -> line.split("[:@]")[1].strip().endsWith(tail))
        .map(line -> Integer.parseInt(line.split(":")[0]))
        .findFirst()
        .orElseThrow();
  }

  private static String inZone(TestHost test, String zone, String... command) throws Exception {
    Zone running = test.get(zone);
    return in("/proc/" + running.status().pid().orElseThrow() + "/ns/net", command);
  }

  private static String inHost(TestHost test, String... command) throws Exception {
    return in(test.network().toString(), command);
  }

  private static String in(String namespace, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  private static NetworkRequest stub(String name, String cidr) {
    return NetworkRequest.of(name, Network.Kind.ETHERSTUB).with(subnet(cidr));
  }

  private static Subnet subnet(String cidr) {
    return new Subnet(Cidr.of(cidr), Optional.empty(), Optional.empty());
  }
}
