package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Json;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** The firewall through the command line: what an administrator does with it. */
@Tag("kernel")
@Timeout(300)
class FirewallTest {
  private static final String SERVE =
      "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8000 -h /www";

  @Test
  void anAdministratorOpensWhatIsNeededAndSeesWhichRuleDecides() throws Exception {
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.run("ip", "link", "set", "lo", "up");
      host.importBusybox();
      host.polder("network", "create", "backend", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      run(host, "server", "server", SERVE);
      run(host, "client", "client", "exec sleep 1000");
      assertEquals("", get(host, "client"), "nothing gets in that no rule allows");
      assertTrue(
          host.polder("firewall", "test", "client", "server", "tcp/8000")
              .code(1)
              .out()
              .contains("no rule allows it in"));

      String rule = "FROM tag role = client TO tag role = server ALLOW tcp PORT 8000";
      String uuid = host.polder("firewall", "add", rule).ok().out().strip();
      assertEquals("", get(host, "client"), "it is not enabled");
      host.polder("firewall", "enable", uuid.substring(0, 8)).ok();
      TestHost.eventually("it serves", () -> get(host, "client").equals("hello"));
      String answer = host.polder("firewall", "test", "client", "server", "tcp/8000").ok().out();
      assertTrue(answer.contains(uuid) && answer.contains("passes"), answer);
      assertTrue(host.polder("firewall", "rules", "server").ok().out().contains(rule));
      assertTrue(host.polder("firewall", "zones", uuid).ok().out().contains("client"));
      assertTrue(host.polder("firewall", "status").ok().out().contains("server"));
      assertTrue(host.polder("firewall", "stats", "-H").ok().out().contains(uuid));

      host.killDaemon();

      assertEquals("hello", get(host, "client"));
      host.polder("update", "client", "set_tags={\"role\": \"gone\"}").ok();
      assertEquals("", get(host, "client"));
      byte[] payload =
          """
          {"rules": [{"rule": "FROM tag role = far TO all vms ALLOW tcp PORT 8000", "enabled": true}],
           "remoteVMs": [{"uuid": "5f3ae0a4-6b1b-4a8e-9f55-4b1a7c1b2d3e", "ips": ["192.0.2.7"],
                          "tags": {"role": "far"}}]}
          """
              .getBytes(StandardCharsets.UTF_8);
      host.polderWith(payload, "firewall", "add", "-f", "-").ok();
      host.polder("firewall", "test", "192.0.2.7", "server", "tcp/8000").ok();
      host.polder("firewall", "forget", "5f3ae0a4-6b1b-4a8e-9f55-4b1a7c1b2d3e").ok();
      host.polder("firewall", "test", "192.0.2.7", "server", "tcp/8000").code(1);

      String wrong = host.polder("firewall", "add", "FROM any TO tag x ALLOW tcp 80").code(1).err();
      assertTrue(wrong.contains("at 29: expected PORT, PORTS or (, not '80'"), wrong);
      assertTrue(
          host.polder("firewall", "add", "-n", "FROM any TO tag none ALLOW tcp PORT 80")
              .ok()
              .err()
              .contains("touches no zone"));
      List<Object> rules = Json.asList(Json.read(host.polder("firewall", "list", "-j").ok().out()));
      assertEquals(2, rules.size());
      for (Object each : rules) {
        host.polder("firewall", "delete", String.valueOf(Json.asObject(each).get("uuid"))).ok();
      }
      for (String zone : List.of("server", "client")) {
        host.polder("delete", "--force", zone).ok();
      }
      host.polder("network", "delete", "backend").ok();
    }
  }

  private static void run(TestHost host, String name, String role, String script) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "nics",
            List.of(Map.of("nic_tag", "backend")),
            "tags",
            Map.of("role", role),
            "firewall_enabled",
            true,
            "cmd",
            List.of("sh", "-c", script)));
    host.polder("start", name).ok();
  }

  /** What the web server says to a zone; nothing if it is not reached. */
  private static String get(TestHost host, String zone) {
    String ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 10.1.0.1 8000 | tail -n 1";
    return host.polder("exec", zone, "sh", "-c", ask).out().strip();
  }
}
