package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Cidr;
import polder.model.FirewallPayload;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.FirewallUpdate;
import polder.model.FirewallZone;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Zones with a firewall, in a host whose network is a namespace of the test's own. */
@Tag("kernel")
@Timeout(300)
class FirewallKernelTest {
  private static final String SERVER =
      """
      import socket
      server = socket.create_server(('', 8000))
      while True:
          caller, address = server.accept()
          caller.sendall(b'hello')
          caller.close()
      """;

  private static ZoneSpec zone(String name, String role, String address, boolean guarded) {
    Nic nic = Nic.on("lab").settled("eth0", mac(address), "lab", List.of(Cidr.of(address)));
    return TestHost.spec(name, "exec sleep 1000")
        .with(ZoneProperties.NICS, List.of(nic))
        .with(ZoneProperties.TAGS, Map.of("role", role))
        .with(ZoneProperties.FIREWALL_ENABLED, guarded);
  }

  private static polder.model.MacAddress mac(String address) {
    return polder.model.MacAddress.local(Cidr.of(address).address().low() & 0xff);
  }

  private static UUID add(TestHost test, String rule) {
    return test.host()
        .firewall()
        .add(FirewallPayload.of(FirewallRequest.of(FirewallSentence.of(rule))), false)
        .rules()
        .getFirst()
        .uuid();
  }

  private static void update(TestHost test, String zone, Map<String, Object> changes) {
    test.host().zones().update(TestHost.ref(zone), new Patch(changes), false);
  }

  /** What the server says to a zone; "no" if it is not reached. */
  private static String call(TestHost test, String zone) {
    String script =
        """
        /usr/bin/python3 -c '
        import socket
        try:
            with socket.create_connection(("10.1.0.2", 8000), timeout=1) as server:
                print(server.recv(100).decode())
        except OSError:
            print("no")
        '
        """;
    try {
      return test.exec(zone, script).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void network(TestHost test, Network.Kind kind) {
    Subnet subnet = new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty());
    test.host().networks().create(NetworkRequest.of("lab", kind).with(subnet));
  }

  @Test
  void rulesAndTagsTakeHoldWhileZonesRunAndHoldAfterOurDeath() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, Network.Kind.ETHERSTUB);
      test.run(zone("client", "client", "10.1.0.3/24", false));
      test.run(
          zone("server", "server", "10.1.0.2/24", false)
              .with(ZoneProperties.CMD, List.of("/usr/bin/python3", "-c", SERVER)));
      TestHost.eventually("it serves", () -> call(test, "client").equals("hello"));

      update(test, "server", Map.of("firewall_enabled", true));
      assertEquals("no", call(test, "client"), "switched on while it runs");
      UUID allow = add(test, "FROM tag role = client TO tag role = server ALLOW tcp PORT 8000");
      assertEquals("hello", call(test, "client"));
      assertEquals(
          List.of(new FirewallZone(test.get("server").uuid(), "server", true, true, 1)),
          test.host().firewall().status());
      update(test, "client", Map.of("set_tags", Map.of("role", "other")));
      assertEquals("no", call(test, "client"), "it is no client any more");
      update(test, "client", Map.of("set_tags", Map.of("role", "client")));
      assertEquals("hello", call(test, "client"));
      test.host().firewall().update(allow.toString(), FirewallUpdate.enabled(false), false);
      assertEquals("no", call(test, "client"));
      test.host().firewall().update(allow.toString(), FirewallUpdate.enabled(true), false);
      assertTrue(test.host().firewall().stats().getFirst().packets() < 2);

      test.reopen(); // as after the daemon's death
      assertEquals("hello", call(test, "client"));
      UUID block = add(test, "FROM any TO all vms BLOCK tcp PORT all PRIORITY 5");
      assertEquals("no", call(test, "client"));
      test.host().zones().reboot(TestHost.ref("server"), StopOptions.FORCED);
      assertEquals("no", call(test, "client"));
      test.host().firewall().delete(block.toString());
      TestHost.eventually("it serves again", () -> call(test, "client").equals("hello"));
      update(test, "client", Map.of("firewall_enabled", true));
      assertEquals("hello", call(test, "client"), "all gets out, and answers come in");
      add(test, "FROM tag role = client TO any BLOCK tcp PORTS 7000-9000");
      assertEquals("no", call(test, "client"));
      update(test, "client", Map.of("firewall_enabled", false));
      assertEquals("hello", call(test, "client"));
      assertEquals(List.of(), test.host().fsck());
    }
  }

  @Test
  void whatNoFirewallCouldWatchIsRefusedAndALostTableIsTold() throws Exception {
    try (TestHost test = new TestHost()) {
      network(test, Network.Kind.ETHERSTUB);
      new ProcessBuilder(
              "nsenter", "--net=" + test.network(), "ip", "link", "add", "up0", "type", "veth")
          .start()
          .waitFor();
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
      PolderException refusal =
          assertThrows(
              PolderException.class,
              () ->
                  test.host()
                      .zones()
                      .create(
                          TestHost.spec("a", "exec sleep 1000")
                              .with(ZoneProperties.NICS, List.of(wired()))
                              .with(ZoneProperties.FIREWALL_ENABLED, true)));
      assertEquals("firewall_enabled", refusal.faults().getFirst().path(), refusal.toString());

      test.run(zone("server", "server", "10.1.0.2/24", true));
      new ProcessBuilder("nsenter", "--net=" + test.network(), "nft", "flush", "ruleset")
          .start()
          .waitFor();
      TestHost.eventually(
          () -> "what somebody flushed is back: " + test.host().fsck(),
          () -> test.host().fsck().isEmpty() && rules(test).contains("_fw"));
    }
  }

  private static String rules(TestHost test) {
    try {
      Process list =
          new ProcessBuilder("nsenter", "--net=" + test.network(), "nft", "list", "tables").start();
      return new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Nic wired() {
    Nic nic = Nic.on("wire");
    return new Nic(
        nic.name(),
        nic.mac(),
        nic.network(),
        nic.networkUuid(),
        Optional.of(List.of("10.9.0.1/24")),
        nic.gateways(),
        nic.mtu(),
        nic.primary(),
        new Nic.Freedoms(true, true, true, true),
        nic.allowedIps(),
        nic.ports(),
        nic.bandwidth(),
        nic.model());
  }
}
