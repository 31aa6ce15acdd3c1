package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.Figures;
import polder.tests.harness.TestHost;

/** The daemon may die; zones run on and nothing that they said is lost. */
@Tag("kernel")
class DaemonDeathTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final int ZONES = 20;
  private static final int ROUNDS = FULL ? 20 : 5;
  private static final Duration ANSWERS = Figures.within(5);
  private static final Duration BLOCKED = Figures.within(1);

  /** Writes a hundred lines a second, with the time of each. */
  private static final String WRITER =
      """
      import itertools, time
      for i in itertools.count():
          print("line", i, time.monotonic_ns(), flush=True)
          time.sleep(0.01)
      """;

  @Test
  @DisplayName(
      "R-CRASH-01 SIGKILL over and over: twenty zones run on, no log line is lost or doubled")
  void zonesAndTheirLinesSurvive() {
    try (TestHost host = new TestHost()) {
      List<String> zones = new ArrayList<>();
      for (int i = 0; i < ZONES; i++) {
        String name = "writer" + i;
        host.create(
            Map.of("brand", "native", "alias", name, "cmd", List.of("python3", "-c", WRITER)));
        host.polder("start", name).ok();
        zones.add(name);
      }
      Map<String, Object> pids = pids(host, zones);
      for (int round = 0; round < ROUNDS; round++) {
        host.killDaemon();
        long begun = System.nanoTime();
        host.polder("list").ok(); // starts another
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.compareTo(ANSWERS) <= 0, "it answers after " + took);
        assertEquals(pids, pids(host, zones), "round " + round);
      }
      for (String zone : zones) {
        host.polder("stop", zone).ok();
        isWhole(zone, host.polder("logs", zone).ok().out().lines().toList());
      }
    }
  }

  /** Nothing is missing or there twice, and it never had to wait for somebody to take a line. */
  private static void isWhole(String zone, List<String> lines) {
    assertTrue(lines.size() > 100, zone + " wrote " + lines.size() + " lines");
    long before = 0;
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ");
      assertEquals("line " + i, words[0] + " " + words[1], zone);
      long now = Long.parseLong(words[2]);
      assertTrue(i == 0 || now - before < BLOCKED.toNanos(), zone + " waited before line " + i);
      before = now;
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
