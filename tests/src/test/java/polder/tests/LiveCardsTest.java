package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** A zone is plugged into another's network while both run, and out of it again. */
@Tag("kernel")
@Timeout(300)
class LiveCardsTest {
  @Test
  void aZoneIsPluggedIntoAnothersNetworkAndOutAgain() throws Exception {
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      host.importBusybox();
      host.polder("network", "create", "front", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      host.polder("network", "create", "back", "-k", "etherstub", "-s", "10.2.0.0/24").ok();
      run(host, "web", "front");
      run(host, "db", "back");
      assertFalse(reaches(host, "web", "10.2.0.1"));

      host.polder("nic", "add", "web", "back", "--ip", "10.2.0.9/24").ok();
      assertTrue(reaches(host, "web", "10.2.0.1"));
      assertTrue(reaches(host, "db", "10.2.0.9"));
      Map<String, Object> card =
          Json.asObject(
              Json.asList(Json.read(host.polder("nic", "list", "web", "-j").ok().out())).getLast());
      assertEquals("eth1", card.get("interface"));

      assertFalse(lies(host, "web"), "what it sends as another is dropped");
      assertTrue(reaches(host, "web", "10.2.0.1"), "and nothing else");

      host.killDaemon();
      assertTrue(reaches(host, "web", "10.2.0.1"));
      host.polder("reboot", "--force", "web").ok();
      assertTrue(reaches(host, "web", "10.2.0.1"));
      assertFalse(lies(host, "web"));

      assertTrue(host.polder("nic", "remove", "web", "eth7").err().contains("eth1 ("));
      host.polder("nic", "remove", "web", String.valueOf(card.get("mac"))).ok();
      assertFalse(reaches(host, "web", "10.2.0.1"));
      assertFalse(reaches(host, "db", "10.2.0.9"));
      host.killDaemon();
      assertFalse(reaches(host, "web", "10.2.0.1"));
      host.polder("reboot", "--force", "web").ok();
      assertFalse(reaches(host, "web", "10.2.0.1"));
      assertEquals(1, host.polder("nic", "list", "-q", "web").ok().out().lines().count());
      host.polder("delete", "--force", "web").ok();
      host.polder("delete", "--force", "db").ok();
      host.polder("network", "delete", "front", "back").ok();
      assertEquals("lo", inside.run("sh", "-c", "ip -o link | cut -d: -f2 | cut -d@ -f1 | xargs"));
    }
  }

  private static void run(TestHost host, String name, String network) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "nics",
            List.of(Map.of("nic_tag", network)),
            "cmd",
            List.of("sleep", "1000")));
    host.polder("start", name).ok();
  }

  private static boolean reaches(TestHost host, String zone, String address) {
    return host.polder("exec", zone, "ping", "-c1", "-W3", address).out().contains(" 0% ");
  }

  /** Whether a zone's new card gets an answer to what it sends from an address not its own. */
  private static boolean lies(TestHost host, String zone) {
    String pid = host.polder("get", zone, "pid").ok().out().strip();
    List<String> in = List.of("nsenter", "--net=/proc/" + pid + "/ns/net");
    call(in, "ip", "addr", "add", "10.2.0.66/24", "dev", "eth1").ok();
    try {
      return call(in, "busybox", "ping", "-c1", "-W3", "-I", "10.2.0.66", "10.2.0.1")
          .out()
          .contains(" 0% ");
    } finally {
      call(in, "ip", "addr", "del", "10.2.0.66/24", "dev", "eth1").ok();
    }
  }

  private static CommandResult call(List<String> in, String... command) {
    List<String> all = new ArrayList<>(in);
    all.addAll(List.of(command));
    return Commands.run(Map.of(), new byte[0], all);
  }
}
