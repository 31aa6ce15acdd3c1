package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Json;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** Networks through the command line, on a host whose network is a namespace of the test's own. */
@Tag("kernel")
@Timeout(300)
class NetworkTest {
  private static final String SERVE =
      "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8000 -h /www";

  @Test
  void zonesTalkOnASwitchAndReachTheOutsideByTheHost() throws Exception {
    try (Space inside = new Space();
        Space outside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.connect(outside);
      host.importBusybox();
      host.polder("network", "create", "backend", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      host.polder("network", "create", "other", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      run(host, "server", List.of("backend"), SERVE);
      run(host, "client", List.of("polder0", "backend"), "exec sleep 1000");
      run(host, "neighbour", List.of("other"), "exec sleep 1000"); // has 10.1.0.1 there
      run(host, "stranger", List.of("other"), "exec sleep 1000");

      TestHost.eventually("it serves", () -> get(host, "client", "10.1.0.1").equals("hello"));
      assertTrue(host.polder("exec", "client", "ping", "-c1", "10.1.0.1").out().contains(" 0% "));
      assertEquals("", get(host, "stranger", "10.1.0.1"));

      Process server =
          outside.start("busybox", "httpd", "-f", "-p", "8000", "-h", site().toString());
      try {
        TestHost.eventually("outside", () -> get(host, "client", "192.0.2.2").equals("beyond"));
        assertEquals("", get(host, "server", "192.0.2.2"), "an etherstub leads nowhere");

        host.killDaemon();

        assertEquals("beyond", get(host, "client", "192.0.2.2"));
        assertEquals("hello", get(host, "client", "10.1.0.1"));
        host.polder("reboot", "--force", "server").ok();
        TestHost.eventually("again", () -> get(host, "client", "10.1.0.1").equals("hello"));
      } finally {
        server.destroyForcibly().waitFor();
      }
      Set<String> names = new TreeSet<>();
      for (Object each : Json.asList(Json.read(host.polder("network", "list", "-j").ok().out()))) {
        names.add(String.valueOf(Json.asObject(each).get("name")));
      }
      assertEquals(Set.of("backend", "other", "polder0"), names);
      assertTrue(host.polder("network", "delete", "backend").err().contains("in use"));
      for (String zone : List.of("server", "client", "neighbour", "stranger")) {
        host.polder("delete", "--force", zone).ok();
      }
      host.polder("network", "delete", "backend", "other", "polder0").ok();
      assertEquals(
          "lo up0", inside.run("sh", "-c", "ip -o link | cut -d: -f2 | cut -d@ -f1 | xargs"));
    }
  }

  @Test
  void zonesOfTwoHostsAreOnOneSwitch() throws Exception {
    try (Space here = new Space();
        Space there = new Space();
        TestHost one = new TestHost(here.file());
        TestHost two = new TestHost(there.file())) {
      here.connect(there);
      List<TestHost> both = List.of(one, two);
      for (int i = 0; i < 2; i++) {
        both.get(i).importBusybox();
        String refused =
            both.get(i)
                .polder("network", "create", "grid", "--vxlan", "42", "-s", "10.4.0.0/24")
                .err();
        assertTrue(refused.contains("needs a pool") && refused.contains("vxlan_remotes"), refused);
        both.get(i)
            .polder(grid("192.0.2." + (2 - i), "10.4.0.%d0-10.4.0.%d9".formatted(i + 1, i + 1)))
            .ok();
      }
      assertEquals("1450", String.valueOf(one.json("network", "get", "grid").get("mtu")));
      run(one, "web", List.of("grid"), SERVE);
      run(two, "client", List.of("grid"), "exec sleep 1000");
      TestHost.eventually("it serves", () -> get(two, "client", "10.4.0.10").equals("hello"));

      both.forEach(TestHost::killDaemon);
      assertEquals("hello", get(two, "client", "10.4.0.10"));
      one.polder("network", "update", "grid", "--remote", "192.0.2.9").ok();
      assertEquals("", get(two, "client", "10.4.0.10"), "this host is none of its others");
      one.polder("network", "update", "grid", "--remote", "192.0.2.2").ok();
      assertEquals("hello", get(two, "client", "10.4.0.10"));

      one.polder("delete", "--force", "web").ok();
      one.polder("network", "delete", "grid").ok();
      assertEquals(
          "lo up0", here.run("sh", "-c", "ip -o link | cut -d: -f2 | cut -d@ -f1 | xargs"));
      two.polder("delete", "--force", "client").ok();
      two.polder("network", "delete", "grid").ok();
    }
  }

  private static String[] grid(String remote, String pool) {
    return new String[] {
      "network",
      "create",
      "grid",
      "--vxlan",
      "42",
      "--remote",
      remote,
      "-s",
      "10.4.0.0/24",
      "--pool",
      pool
    };
  }

  private static void run(TestHost host, String name, List<String> networks, String script) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "nics",
            networks.stream().map(each -> Map.of("nic_tag", each)).toList(),
            "cmd",
            List.of("sh", "-c", script)));
    host.polder("start", name).ok();
  }

  /** What a web server says to a zone; nothing if it is not reached. */
  private static String get(TestHost host, String zone, String address) {
    String ask = // a static busybox's wget looks names up with libraries that are not there
        "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 %s 8000 | tail -n 1".formatted(address);
    return host.polder("exec", zone, "sh", "-c", ask).out().strip();
  }

  private static Path site() throws Exception {
    Path site = Files.createTempDirectory("polder-site-");
    Files.writeString(site.resolve("index.html"), "beyond\n");
    site.toFile().deleteOnExit();
    site.resolve("index.html").toFile().deleteOnExit();
    return site;
  }
}
