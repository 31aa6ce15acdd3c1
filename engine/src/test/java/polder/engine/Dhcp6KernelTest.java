package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Zones ask for their addresses by IPv6, and for routers, as guests do. */
@Tag("kernel")
@Timeout(300)
class Dhcp6KernelTest {
  @TempDir private Path folder;

  @BeforeEach
  void script() throws IOException {
    try (InputStream in = Dhcp6KernelTest.class.getResourceAsStream("dhcp6.py")) {
      Files.write(folder.resolve("dhcp6.py"), in.readAllBytes());
    }
  }

  private static void network(
      TestHost test, String name, Network.Kind kind, NetworkDns.Change dns, String... subnets) {
    NetworkRequest request = NetworkRequest.of(name, kind);
    for (String each : subnets) {
      request = request.with(new Subnet(Cidr.of(each), Optional.empty(), Optional.empty()));
    }
    test.host().networks().create(request.with(dns));
  }

  private static ZoneSpec zone(String name, String network) {
    return TestHost.spec(name, "exec sleep 1000")
        .with(ZoneProperties.NICS, List.of(Nic.on(network)));
  }

  private static String space(TestHost test, String zone) {
    return "/proc/" + test.get(zone).status().pid().orElseThrow() + "/ns/net";
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

  private List<String> ask(String namespace, String... requests) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("/usr/bin/python3", folder.resolve("dhcp6.py").toString()));
    words.addAll(List.of(requests));
    return in(namespace, words.toArray(new String[0])).lines().toList();
  }

  /** As a guest's kernel is when it boots: it has an address on the link only, and may send. */
  private static void strip(TestHost test, String... zones) throws Exception {
    for (String each : zones) {
      String zone = space(test, each);
      var _ = in(zone, "ip", "-6", "addr", "flush", "dev", "eth0", "scope", "global");
      TestHost.eventually("it may send", () -> isReady(zone));
    }
  }

  private static boolean isReady(String namespace) {
    try {
      String said = in(namespace, "ip", "-6", "-o", "addr", "show", "dev", "eth0");
      return said.contains("fe80::") && !said.contains("tentative");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String mac(TestHost test, String zone) {
    List<Nic> nics = test.get(zone).spec().get(ZoneProperties.NICS);
    return nics.getFirst().mac().orElseThrow().value();
  }

  @Test
  void eachCardIsGivenItsOwnAddressWhateverItCallsItselfAndAStrangerNone() throws Exception {
    try (TestHost test = new TestHost()) {
      network(
          test, "lab", Network.Kind.INTERNAL, NetworkDns.Change.NONE, "10.1.0.0/24", "fd00:1::/64");
      test.run(zone("db", "lab"));
      test.run(zone("web", "lab").with(ZoneProperties.FIREWALL_ENABLED, true));
      strip(test, "db", "web");

      assertEquals(
          List.of("7 rapid fd00:1::2/86400 names=fd00:1::1"), ask(space(test, "db"), "1,rapid=1"));
      assertEquals(
          List.of(
              "2 fd00:1::3/86400 names=fd00:1::1",
              "7 fd00:1::3/86400 names=fd00:1::1",
              "7 fd00:1::3/86400 fd00:1::2/0 names=fd00:1::1",
              "7 status4",
              "7 status0",
              "2 fd00:1::3/86400 names=fd00:1::1"),
          ask(
              space(test, "web"),
              "1,has=fd00:1::2", // another's, it would like to have
              "3,server=1,has=fd00:1::2",
              "5,server=1,has=fd00:1::2", // it says that it has it
              "4,has=fd00:1::2",
              "8,server=1,has=fd00:1::3", // given back, and kept all the same
              "1,card=" + mac(test, "db")));

      String host = test.network().toString();
      String bridge = test.host().networks().get("lab").link();
      for (String each :
          List.of(
              "ip link add eth0 type veth peer name stranger0",
              "ip link set stranger0 up master " + bridge,
              "ip link set eth0 up")) {
        var _ = in(host, each.split(" "));
      }
      TestHost.eventually("it may send", () -> isReady(host));
      assertEquals(List.of("nothing", "nothing"), ask(host, "1,rapid=1", "router"));
      var _ = in(host, "ip", "link", "del", "eth0");
    }
  }

  @Test
  void aRouterTellsEachCardByWhomItsDefaultRouteLeadsAndThatAddressesAreGiven() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.INTERNAL, NetworkDns.Change.NONE, "fd00:1::/64");
      test.run(zone("web", "lab").with(ZoneProperties.FIREWALL_ENABLED, true));
      strip(test, "web");
      String zone = space(test, "web");
      String bridge = test.host().networks().get("lab").link();
      String router =
          in(test.network().toString(), "ip", "-6", "-o", "addr", "show", "dev", bridge)
              .replaceAll("(?s).*(fe80::[0-9a-f:]+)/.*", "$1");
      String told = "router " + router + " c0 9000 fd00:1::/64-80";

      var _ = in(zone, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_ra");
      assertEquals(List.of(told), ask(zone, "router"));
      TestHost.eventually(
          "the kernel believes it",
          () -> {
            try {
              String routes = in(zone, "ip", "-6", "route");
              return routes.contains("default via " + router) && routes.contains("fd00:1::/64");
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      assertEquals(
          "", in(zone, "ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "global"));

      test.reopen(); // as after the daemon's death
      assertEquals(List.of(told), ask(zone, "router"));
      test.host()
          .zones()
          .update(
              TestHost.ref("web"),
              new Patch(
                  Map.of(
                      "update_nics",
                      List.of(Map.of("mac", mac(test, "web"), "allow_dhcp_spoofing", true)))),
              false);
      assertEquals(
          List.of("nothing", "nothing"), ask(zone, "router", "1,rapid=1"), "it may itself");
    }
  }

  @Test
  void onAnEtherstubItIsAnsweredWhereNamesAre() throws Exception {
    try (TestHost test = new TestHost()) {
      NetworkDns.Change dns =
          new NetworkDns.Change(
              Optional.empty(),
              Optional.of(IpAddress.of("fd00:1::53")),
              Optional.of("lab"),
              Optional.empty());
      network(test, "stub", Network.Kind.ETHERSTUB, dns, "fd00:1::/64");
      test.run(zone("db", "stub").with(ZoneProperties.FIREWALL_ENABLED, true));
      strip(test, "db");

      List<String> told = ask(space(test, "db"), "1,rapid=1", "router");
      assertEquals("7 rapid fd00:1::1/86400 names=fd00:1::53", told.getFirst());
      assertTrue(told.getLast().endsWith(" c0 0 fd00:1::/64-80"), "it leads nowhere: " + told);
    }
  }
}
