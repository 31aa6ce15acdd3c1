package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
import polder.model.PublishedPort;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Zones without an address ask for theirs, as guests do: by their cards, with their neighbours'.
 */
@Tag("kernel")
@Timeout(300)
class DhcpKernelTest {
  private static final String TOLD =
      "echo \"$1 $ip/$mask $router $dns $domain $hostname $mtu $staticroutes\"\n";

  @TempDir private Path folder;

  @BeforeEach
  void scripts() throws IOException {
    try (InputStream in = DhcpKernelTest.class.getResourceAsStream("dhcp.py")) {
      Files.write(folder.resolve("dhcp.py"), in.readAllBytes());
    }
    Path told = folder.resolve("told.sh");
    Files.writeString(told, "#!/bin/sh\n[ \"$1\" = deconfig ] || " + TOLD);
    assertTrue(told.toFile().setExecutable(true));
  }

  private static void network(TestHost test, String name, Network.Kind kind, String subnet) {
    network(test, name, kind, subnet, NetworkDns.Change.NONE);
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

  private static ZoneSpec zone(String name, String network) {
    return TestHost.spec(name, "exec sleep 1000")
        .with(ZoneProperties.NICS, List.of(Nic.on(network)));
  }

  /** As a guest's kernel is when it boots: with a card, and nothing else. */
  private static void strip(TestHost test, String... zones) throws Exception {
    for (String each : zones) {
      var _ = in(space(test, each), 0, "ip", "addr", "flush", "dev", "eth0");
    }
  }

  private static String space(TestHost test, String zone) {
    return "/proc/" + test.get(zone).status().pid().orElseThrow() + "/ns/net";
  }

  private static String in(String namespace, int code, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespace));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(code, process.exitValue(), said);
    return said;
  }

  /** What a client of others' is told there. */
  private String client(String namespace, int code, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of("busybox", "udhcpc", "-f", "-q", "-n", "-i", "eth0", "-T", "1", "-s"));
    words.add(folder.resolve("told.sh").toString());
    words.addAll(List.of(more));
    return in(namespace, code, words.toArray(new String[0]))
        .lines()
        .filter(each -> each.startsWith("bound "))
        .map(each -> each.substring(6).strip())
        .findFirst()
        .orElse("");
  }

  /** What comes back of requests that no honest client makes. */
  private List<String> ask(TestHost test, String zone, String... requests) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("/usr/bin/python3", folder.resolve("dhcp.py").toString()));
    words.addAll(List.of(requests));
    return in(space(test, zone), 0, words.toArray(new String[0])).lines().toList();
  }

  private static String mac(TestHost test, String zone) {
    List<Nic> nics = test.get(zone).spec().get(ZoneProperties.NICS);
    return nics.getFirst().mac().orElseThrow().value();
  }

  @Test
  void twoZonesThatAskAtOnceGetEachItsOwnAddressAndAStrangerNone() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      test.run(zone("db", "lab"));
      test.run(
          zone("web", "lab")
              .with(ZoneProperties.FIREWALL_ENABLED, true)
              .with(ZoneProperties.DNS_DOMAIN, "example.org")
              .with(ZoneProperties.ROUTES, Map.of("10.9.0.0/16", "10.1.0.2"))
              .with(ZoneProperties.RESOLVERS, List.of("192.0.2.53", "fd00::53")));
      strip(test, "db", "web");

      String web = space(test, "web");
      CompletableFuture<String> beside =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client(web, 0, "-O", "mtu", "-O", "staticroutes");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertEquals("10.1.0.2/24 10.1.0.1 10.1.0.1 internal db", client(space(test, "db"), 0));
      assertEquals(
          "10.1.0.3/24 10.1.0.1 192.0.2.53 example.org web 1500"
              + " 10.9.0.0/16 10.1.0.2 0.0.0.0/0 10.1.0.1",
          beside.join());

      for (String each :
          List.of(
              "ip link add eth0 type veth peer name stranger0",
              "ip link set stranger0 up master " + test.host().networks().get("lab").link(),
              "ip link set eth0 up")) {
        var _ = in(test.network().toString(), 0, each.split(" "));
      }
      assertEquals("", client(test.network().toString(), 1, "-t", "2"), "nobody knows that card");
      var _ = in(test.network().toString(), 0, "ip", "link", "del", "eth0");

      test.reopen(); // as after the daemon's death
      assertEquals("10.1.0.2/24 10.1.0.1 10.1.0.1 internal db", client(space(test, "db"), 0));
      test.host().zones().update(TestHost.ref("db"), new Patch(Map.of("hostname", "store")), false);
      assertEquals("10.1.0.2/24 10.1.0.1 10.1.0.1 internal store", client(space(test, "db"), 0));
    }
  }

  @Test
  void nobodyGetsWhatIsAnothersAndNobodyElseHearsTheAnswer() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.INTERNAL, "10.1.0.0/24");
      test.run(zone("db", "lab"));
      test.run(zone("web", "lab"));
      strip(test, "web");
      String mac = mac(test, "web");
      Process neighbour = listen(test, "db");

      assertEquals(
          List.of(
              "1 2 10.1.0.3 " + mac + " 10.1.0.3 web",
              "2 2 10.1.0.3 " + mac + " 255.255.255.255 web",
              "3 6 0.0.0.0 " + mac + " 255.255.255.255",
              "4 6 0.0.0.0 " + mac + " 255.255.255.255",
              "7 5 10.1.0.3 " + mac + " 10.1.0.3 web",
              "9 5 0.0.0.0 " + mac + " 10.1.0.3 web",
              "end 10.1.0.3"),
          ask(
              test,
              "web",
              "1,asked=10.1.0.2",
              "1,asked=10.1.0.2,all=1",
              "3,asked=10.1.0.2,server=10.1.0.1",
              "3,own=10.1.0.2,from=0.0.0.0",
              "3,asked=10.1.0.2,server=10.1.0.77", // another's offer
              "1,card=" + mac(test, "db"), // in another's name: refused on its way
              "3,own=10.1.0.3,to=10.1.0.1", // renewed
              "7,own=10.1.0.3,to=10.1.0.1", // given back, and kept all the same
              "8,own=10.1.0.3",
              "1,own=10.1.0.3,card=" + mac(test, "db"))); // from its own address, so it passes

      assertEquals(List.of("end 10.1.0.2"), ask(test, "db"));
      TestHost.eventually("it hears its own", () -> heard().contains(mac(test, "db")));
      neighbour.destroyForcibly().waitFor();
      assertFalse(heard().contains(mac), this::heard);
    }
  }

  /** Notes to whom each answer is that a zone hears. */
  private Process listen(TestHost test, String zone) throws IOException {
    String script =
        """
        import socket
        link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        link.bind(('eth0', 0x0800))
        print('ready', flush=True)
        while True:
            frame = link.recv(65536)
            if frame[23] == 17 and frame[34:36] == b'\\0\\x43':
                print(frame[:6].hex(':'), frame[70:76].hex(':'), flush=True)
        """;
    Process process =
        new ProcessBuilder(
                "nsenter", "--net=" + space(test, zone), "/usr/bin/python3", "-c", script)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("heard").toFile())
            .start();
    TestHost.eventually("it listens", () -> heard().contains("ready"));
    return process;
  }

  private String heard() {
    try {
      return Files.readString(folder.resolve("heard"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onAnEtherstubItIsAnsweredWhereNamesAre() throws Exception {
    try (TestHost test = new TestHost()) {
      NetworkDns.Change dns =
          new NetworkDns.Change(
              Optional.empty(),
              Optional.of(IpAddress.of("10.1.0.53")),
              Optional.of("lab"),
              Optional.empty());
      network(test, "stub", Network.Kind.ETHERSTUB, "10.1.0.0/24", dns);
      network(test, "mute", Network.Kind.ETHERSTUB, "10.2.0.0/24");
      test.run(zone("db", "stub").with(ZoneProperties.FIREWALL_ENABLED, true));
      test.run(zone("web", "mute"));
      strip(test, "db", "web");

      assertEquals("10.1.0.1/24  10.1.0.53 lab db", client(space(test, "db"), 0));
      assertEquals("", client(space(test, "web"), 1, "-t", "2"));
    }
  }

  @Test
  void whereAZoneMayServeTheHostDoesNotAndItsPublishedPortDisturbsNobody() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, "lab", Network.Kind.NAT, "10.1.0.0/24");
      test.run(
          zone("own", "lab")
              .with(
                  ZoneProperties.NICS,
                  List.of(Nic.on("lab").with(List.of(PublishedPort.of("67:67/udp"))))));
      test.run(zone("web", "lab"));
      strip(test, "web");
      assertEquals("10.1.0.3/24 10.1.0.1 10.1.0.1 internal web", client(space(test, "web"), 0));
      test.host().zones().reboot(TestHost.ref("own"), StopOptions.FORCED); // we listen there, too

      String mac = mac(test, "own");
      test.host()
          .zones()
          .update(
              TestHost.ref("own"),
              new Patch(
                  Map.of("update_nics", List.of(Map.of("mac", mac, "allow_dhcp_spoofing", true)))),
              false);
      assertEquals("", client(space(test, "web"), 1, "-t", "2"), "the zone's own server would");
      Path conf = folder.resolve("udhcpd.conf");
      Files.writeString(
          conf,
          """
          start 10.1.0.3
          end 10.1.0.3
          interface eth0
          option subnet 255.255.255.0
          lease_file %1$s/leases
          pidfile %1$s/pid
          """
              .formatted(folder));
      Files.writeString(folder.resolve("leases"), "");
      Process server =
          new ProcessBuilder(
                  "nsenter",
                  "--net=" + space(test, "own"),
                  "busybox",
                  "udhcpd",
                  "-f",
                  conf.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertEquals("10.1.0.3/24", client(space(test, "web"), 0, "-t", "20"));
      } finally {
        server.destroyForcibly().waitFor();
      }
    }
  }
}
