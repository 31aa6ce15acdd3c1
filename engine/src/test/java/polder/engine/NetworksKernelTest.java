package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.NicCounters;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Zones with network cards, in a host whose network is a namespace of the test's own. */
@Tag("kernel")
@Timeout(300)
class NetworksKernelTest {
  private static final String SERVER =
      """
      import socket
      server = socket.create_server(('', 8000), family=socket.AF_INET)
      while True:
          caller, address = server.accept()
          caller.sendall(('hello ' + address[0]).encode())
          caller.close()
      """;

  @Test
  void zonesOfOneSwitchReachEachOtherAndNobodyElse() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24"));
      test.host().networks().create(stub("other", "10.1.0.0/24"));
      test.run(server("server", "lab"));
      // its address is there before its program: it looks once
      test.run(on("lab", TestHost.spec("early", "hostname; ip -4 -o addr show eth0")));
      TestHost.eventually("it has looked", () -> test.logs("early").size() == 2);
      assertTrue(test.logs("early").get(1).contains("10.1.0.2/24"), () -> test.logs("early") + "");
      test.run(on("lab", TestHost.spec("client", "exec sleep 1000")));
      test.run(on("other", TestHost.spec("stranger", "exec sleep 1000")));

      String address = address(test.get("server"));
      assertEquals("10.1.0.1", address);
      awaitServer(test, "client", address);
      assertEquals("hello 10.1.0.3", call(test, "client", address));
      assertCounted(test);
      assertEquals("no", call(test, "stranger", address));
      assertEquals(Set.of("lo", "eth0"), links(test, "client"));

      test.reopen(); // as after the daemon's death
      assertEquals("hello 10.1.0.3", call(test, "client", address));
      test.host().zones().reboot(TestHost.ref("server"), StopOptions.FORCED);
      awaitServer(test, "client", address);
      test.host().zones().delete(ZoneRef.of(test.get("server").uuid()), true);
      assertEquals("no", call(test, "client", address));
    }
  }

  @Test
  void withTheLastNetworkItsTablesGoAndComeBack() throws Exception {
    try (TestHost test = new TestHost()) {
      for (String round : List.of("first", "second")) {
        test.host().networks().create(stub("lab", "10.1.0.0/24"));
        test.host().networks().create(stub("other", "10.2.0.0/24"));
        test.run(server("server-" + round, "lab"));
        test.run(on("lab", TestHost.spec("client-" + round, "exec sleep 1000")));
        String address = address(test.get("server-" + round));
        awaitServer(test, "client-" + round, address);
        Patch guarded = new Patch(Map.of("firewall_enabled", true));
        test.host().zones().update(TestHost.ref("server-" + round), guarded, false);
        assertTrue(tables(test).contains("_fw"), "the firewall has its table");
        test.host().zones().delete(TestHost.ref("server-" + round), true);
        test.host().zones().delete(TestHost.ref("client-" + round), true);
        test.host().networks().delete("lab");
        assertTrue(tables(test).contains("polder_"), "the other network has its rules");
        test.host().networks().delete("other");
        assertEquals("", tables(test));
        test.host().firewall().status(); // nothing that only looks brings one back
        test.host()
            .zones()
            .delete(ZoneRef.of(test.run(TestHost.spec("alone", "exit")).uuid()), true);
        assertEquals("", tables(test));
      }
    }
  }

  private static String tables(TestHost test) throws Exception {
    return run("nsenter", "--net=" + test.network(), "nft", "list", "tables").strip();
  }

  @Test
  void aZoneOfTheDefaultNetworkReachesWhatTheHostReaches() throws Exception {
    try (TestHost test = new TestHost()) {
      String inside = test.network().toString();
      run("nsenter", "--net=" + inside, "ip", "link", "set", "lo", "up");
      // a server beyond the host, which knows no way to zones
      Process beyond = new ProcessBuilder("unshare", "-n", "sleep", "1000").start();
      try {
        TestHost.eventually("it has a network of its own", () -> isAway(beyond.pid()));
        String outside = "/proc/" + beyond.pid() + "/ns/net";
        run(
            "nsenter",
            "--net=" + inside,
            "ip",
            "link",
            "add",
            "up0",
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            String.valueOf(beyond.pid()));
        run("nsenter", "--net=" + inside, "ip", "addr", "add", "192.0.2.1/24", "dev", "up0");
        run("nsenter", "--net=" + inside, "ip", "link", "set", "up0", "up");
        run("nsenter", "--net=" + outside, "ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
        run("nsenter", "--net=" + outside, "ip", "link", "set", "eth0", "up");
        Process server =
            new ProcessBuilder("nsenter", "--net=" + outside, "/usr/bin/python3", "-c", SERVER)
                .start();
        try {
          test.run(on(Network.DEFAULT, TestHost.spec("web", "exec sleep 1000")));
          test.run(on(Network.DEFAULT, TestHost.spec("db", "exec sleep 1000")));
          awaitServer(test, "web", "192.0.2.2");
          assertEquals("hello 192.0.2.1", call(test, "web", "192.0.2.2"), "as if the host did");
          test.reopen();
          assertEquals("hello 192.0.2.1", call(test, "db", "192.0.2.2"));
          Network made = test.host().networks().get(Network.DEFAULT);
          assertEquals(Network.Kind.NAT, made.kind());
          assertEquals(2, made.nics());
        } finally {
          server.destroyForcibly().waitFor();
        }
      } finally {
        beyond.destroyForcibly().waitFor();
      }
    }
  }

  /** What one sent the other received. */
  private static void assertCounted(TestHost test) {
    List<NicCounters> all = test.host().networks().counters();
    assertEquals(
        List.of("client", "server", "stranger"),
        all.stream().map(NicCounters::alias).filter(each -> !each.equals("early")).toList());
    NicCounters client = all.stream().filter(c -> c.alias().equals("client")).findFirst().get();
    assertEquals("eth0", client.nic());
    assertEquals("lab", client.network());
    assertTrue(client.in().packets() >= 3, client::toString);
    assertTrue(client.out().packets() >= 3, client::toString);
    assertTrue(client.in().bytes() > client.in().packets() * 14, client::toString);
  }

  private static boolean isAway(long pid) {
    try {
      return !Files.readSymbolicLink(java.nio.file.Path.of("/proc/" + pid + "/ns/net"))
              .equals(Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/net")))
          && Files.readString(java.nio.file.Path.of("/proc/" + pid + "/comm")).startsWith("sleep");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void anAddressIsGivenOnceAndAgainAfterADelete() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/29"));
      List<String> given = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        given.add(address(test.host().zones().create(zone("z" + i, "lab"))));
      }
      assertEquals(6, new TreeSet<>(given).size(), given.toString());
      PolderException full =
          assertThrows(PolderException.class, () -> test.host().zones().create(zone("z", "lab")));
      assertTrue(full.toString().contains("no address is free"), full::toString);
      test.reopen();
      assertThrows(PolderException.class, () -> test.host().zones().create(zone("z", "lab")));
      assertKind(ErrorKind.WRONG_STATE, () -> test.host().networks().delete("lab"));
      PolderException tight =
          assertThrows(
              PolderException.class,
              () -> test.host().networks().update("lab", subnets("10.1.0.0/30")));
      assertEquals("subnets", tight.faults().getFirst().path());
      test.host().zones().delete(TestHost.ref("z3"), false);
      assertEquals(given.get(3), address(test.host().zones().create(zone("z", "lab"))));
      test.host().networks().update("lab", subnets("10.1.0.0/28"));
      assertEquals("10.1.0.7", address(test.host().zones().create(zone("more", "lab"))));
    }
  }

  @Test
  void cardsAreChangedWhileTheZoneIsDown() throws Exception {
    try (TestHost test = new TestHost()) {
      test.host().networks().create(stub("lab", "10.1.0.0/24"));
      Zone zone = test.run(on("lab", TestHost.spec("web", "exec sleep 1000")));
      Patch patch =
          new Patch(
              Map.of("nics", List.of(Map.of("nic_tag", "lab", "ips", List.of("10.1.0.9/24")))));
      test.host().zones().stop(ZoneRef.of(zone.uuid()), StopOptions.FORCED);
      assertFalse(test.host().zones().update(ZoneRef.of(zone.uuid()), patch, false).refused());
      assertEquals("10.1.0.9", address(test.get("web")));
      assertEquals(
          "10.1.0.1", address(test.host().zones().create(zone("db", "lab"))), "free again");
      test.host().zones().start(ZoneRef.of(zone.uuid()));
      assertTrue(test.exec("web", "ip -4 -o addr show eth0").contains("10.1.0.9/24"));
    }
  }

  @Test
  void whatCannotBeIsRefusedWithTheReason() throws Exception {
    try (TestHost test = new TestHost()) {
      run("nsenter", "--net=" + test.network(), "ip", "link", "add", "br0", "type", "bridge");
      run("nsenter", "--net=" + test.network(), "ip", "addr", "add", "10.5.0.1/16", "dev", "br0");
      assertKind(
          ErrorKind.NOT_FOUND,
          () -> test.host().networks().create(parent("lan", Network.Kind.BRIDGE, "eth9")));
      assertKind(
          ErrorKind.INVALID,
          () -> test.host().networks().create(parent("lan", Network.Kind.BRIDGE, "lo")));
      PolderException overlap =
          assertThrows(
              PolderException.class,
              () ->
                  test.host()
                      .networks()
                      .create(
                          NetworkRequest.of("out", Network.Kind.NAT).with(subnet("10.5.3.0/24"))));
      assertTrue(overlap.toString().contains("10.5.0.0/16"), overlap::toString);
      test.host().networks().create(parent("lan", Network.Kind.BRIDGE, "br0"));
      assertKind(
          ErrorKind.EXISTS,
          () -> test.host().networks().create(NetworkRequest.of("lan", Network.Kind.ETHERSTUB)));
      test.run(
          TestHost.spec("web", "exec sleep 1000")
              .with(ZoneProperties.NICS, List.of(nic("lan", "10.5.0.7/16"))));
      assertTrue(
          test.exec("web", "ping -c1 -W20 10.5.0.1 >/dev/null && echo heard").startsWith("heard")
              || !Files.exists(java.nio.file.Path.of("/bin/ping")),
          "a bridge of the host's");
    }
  }

  private static NetworkRequest parent(String name, Network.Kind kind, String link) {
    return new NetworkRequest(
        name, kind, Optional.of(link), List.of(), Optional.empty(), NetworkDns.Change.NONE);
  }

  private static NetworkUpdate subnets(String cidr) {
    return new NetworkUpdate(
        Optional.of(List.of(subnet(cidr))), Optional.empty(), NetworkDns.Change.NONE);
  }

  @Test
  @DisplayName("S-NET-04 a network without IPv6 has none, not even link-local addresses")
  void withoutIpv6ThereIsNone() throws Exception {
    try (TestHost test = new TestHost()) {
      for (Network.Kind kind : List.of(Network.Kind.NAT, Network.Kind.ETHERSTUB)) {
        String name = kind.word();
        test.host()
            .networks()
            .create(
                NetworkRequest.of(name, kind)
                    .with(subnet(kind == Network.Kind.NAT ? "10.1.0.0/24" : "10.2.0.0/24")));
        test.run(zone(name, name));
        assertEquals("0", test.exec(name, "sed '/ lo$/d' /proc/net/if_inet6"));
        String link = test.host().networks().get(name).link();
        Process ip =
            new ProcessBuilder(
                    "nsenter", "--net=" + test.network(), "ip", "-6", "-o", "addr", "show", link)
                .start();
        assertEquals("", new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  private static NetworkRequest stub(String name, String cidr) {
    return NetworkRequest.of(name, Network.Kind.ETHERSTUB).with(subnet(cidr));
  }

  private static Subnet subnet(String cidr) {
    return new Subnet(Cidr.of(cidr), Optional.empty(), Optional.empty());
  }

  private static Nic nic(String network, String... ips) {
    Nic on = Nic.on(network);
    return new Nic(
        on.name(),
        on.mac(),
        on.network(),
        on.networkUuid(),
        Optional.of(List.of(ips)),
        on.gateways(),
        on.mtu(),
        on.primary(),
        on.freedoms(),
        on.allowedIps(),
        on.ports(),
        on.bandwidth(),
        on.model());
  }

  private static ZoneSpec on(String network, ZoneSpec spec) {
    return spec.with(ZoneProperties.NICS, List.of(Nic.on(network)));
  }

  private static ZoneSpec zone(String name, String network) {
    return on(network, TestHost.spec(name, "exec sleep 1000"));
  }

  private static ZoneSpec server(String name, String network) {
    return on(
        network,
        TestHost.spec(name, "unused")
            .with(ZoneProperties.CMD, List.of("/usr/bin/python3", "-c", SERVER)));
  }

  private static String address(Zone zone) {
    return zone.spec()
        .get(ZoneProperties.NICS)
        .getFirst()
        .addresses()
        .getFirst()
        .address()
        .toString();
  }

  private static void awaitServer(TestHost test, String zone, String address) {
    TestHost.eventually(
        "the server answers",
        () -> {
          try {
            return call(test, zone, address).startsWith("hello");
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  /** What the server at {@code address} says to a zone; "no" if it is not reached. */
  private static String call(TestHost test, String zone, String address)
      throws java.io.IOException {
    String script =
        """
        /usr/bin/python3 -c '
        import socket
        try:
            with socket.create_connection(("%s", 8000), timeout=3) as server:
                print(server.recv(100).decode())
        except OSError:
            print("no")
        '
        """
            .formatted(address);
    return test.exec(zone, script).lines().findFirst().orElse("");
  }

  private static Set<String> links(TestHost test, String zone) throws java.io.IOException {
    return new TreeSet<>(
            List.of(
                test.exec(zone, "ls /sys/class/net").replaceAll("[0-9]+$", "").split("\\s+", -1)))
        .stream().filter(name -> !name.isBlank()).collect(java.util.stream.Collectors.toSet());
  }

  private static void assertKind(ErrorKind kind, org.junit.jupiter.api.function.Executable work) {
    PolderException e = assertThrows(PolderException.class, work);
    assertEquals(kind, e.kind(), e::toString);
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    return said;
  }
}
