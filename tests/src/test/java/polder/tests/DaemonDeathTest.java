package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.TestHost;

/** The daemon may die; zones run on and nothing that they said is lost. */
@Tag("kernel")
class DaemonDeathTest {
  private static final int ZONES = 5;

  @Test
  @DisplayName("R-CRASH-01 five rounds of SIGKILL: zones run on, no log line is lost or doubled")
  void zonesAndTheirLinesSurvive() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      List<String> zones = new ArrayList<>();
      for (int i = 0; i < ZONES; i++) {
        String name = "writer" + i;
        host.create(
            Map.of(
                "brand",
                "lx",
                "image",
                "busybox",
                "alias",
                name,
                "cmd",
                List.of(
                    "sh",
                    "-c",
                    "i=0; while true; do echo line $i; i=$((i+1)); usleep 10000; done")));
        host.polder("start", name).ok();
        zones.add(name);
      }
      Map<String, Object> pids = pids(host, zones);
      for (int round = 0; round < 5; round++) {
        host.killDaemon();
        assertEquals(pids, pids(host, zones), "round " + round);
      }
      for (String zone : zones) {
        host.polder("stop", zone).ok();
        List<String> lines = host.polder("logs", zone).ok().out().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
          assertEquals("line " + i, lines.get(i), zone);
        }
      }
    }
  }

  private static Map<String, Object> pids(TestHost host, List<String> zones) {
    Map<String, Object> pids = new java.util.TreeMap<>();
    for (String zone : zones) {
      Map<String, Object> seen = host.json("get", zone);
      assertEquals("running", seen.get("state"));
      pids.put(zone, seen.get("pid") + " " + seen.get("boot_timestamp"));
    }
    return pids;
  }

  @Test
  @DisplayName(
      "R-BOOT-02 a zone that its owner stopped is not booted by ten restarts of the daemon")
  void autobootIsOncePerBootOfTheHost() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.create(
          Map.of(
              "brand", "lx", "image", "busybox", "alias", "off", "cmd", List.of("sleep", "1000")));
      host.polder("start", "off").ok();
      host.polder("stop", "off").ok();
      for (int i = 0; i < 10; i++) {
        host.killDaemon();
        assertEquals("stopped", host.json("get", "off").get("state"));
      }
    }
  }
}
