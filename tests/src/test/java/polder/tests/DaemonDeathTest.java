package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.Host;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneStatus;
import polder.tests.harness.Figures;
import polder.tests.harness.Guest;
import polder.tests.harness.TestHost;

/** The daemon may die; zones run on and nothing that they said is lost. */
@Tag("kernel")
class DaemonDeathTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final int ZONES = 20;
  private static final int GUESTS = Guest.hasQemu() ? 2 : 0;
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
      "R-CRASH-01 SIGKILL over and over: twenty zones and two guests run on, no log line is lost or"
          + " doubled")
  void zonesAndTheirLinesSurvive() {
    try (TestHost host = new TestHost()) {
      Path socket = host.home().resolve("run/api.sock");
      for (int i = 0; i < GUESTS; i++) { // they look for something to boot, as long as they run
        host.create(
            Map.of(
                "brand",
                "vm",
                "alias",
                "guest" + i,
                "ram",
                32,
                "accel",
                "tcg",
                "disks",
                List.of(Map.of("size", 1))));
        host.polder("start", "guest" + i).ok();
      }
      try (Host remote = RemoteHost.open(socket)) {
        for (int i = 0; i < ZONES; i++) {
          ZoneSpec spec =
              ZoneSpec.of(Brand.NATIVE)
                  .with(ZoneProperties.ALIAS, "writer" + i)
                  .with(ZoneProperties.CMD, List.of("python3", "-c", WRITER));
          remote.zones().start(ZoneRef.of(remote.zones().create(spec).uuid()));
        }
      }
      Map<String, String> before = running(socket);
      assertEquals(ZONES + GUESTS, before.size());
      for (int round = 0; round < ROUNDS; round++) {
        host.killDaemon();
        long begun = System.nanoTime();
        host.polder("list").ok(); // starts another
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(took.compareTo(ANSWERS) <= 0, "it answers after " + took);
        assertEquals(before, running(socket), "round " + round);
      }
      try (Host remote = RemoteHost.open(socket)) {
        for (String zone : before.keySet()) {
          if (zone.startsWith("guest")) {
            continue; // it says nothing
          }
          remote.zones().stop(new ZoneRef(zone), StopOptions.FORCED);
          isWhole(zone, lines(remote, new ZoneRef(zone)));
        }
      }
    }
  }

  /** Of each zone that runs, its first process, when it was started, and how often again. */
  private static Map<String, String> running(Path socket) {
    Map<String, String> running = new TreeMap<>();
    try (Host remote = RemoteHost.open(socket)) {
      for (Zone zone : remote.zones().list()) {
        ZoneStatus seen = zone.status();
        if (seen.pid().isPresent()) {
          running.put(zone.name(), seen.pid() + " " + seen.booted() + " " + seen.restarts());
        }
      }
    }
    return running;
  }

  private static List<String> lines(Host remote, ZoneRef zone) {
    List<String> lines = new ArrayList<>();
    try (Cursor<LogLine> cursor = remote.zones().logs(zone, LogQuery.ALL)) {
      while (!cursor.ended()) {
        cursor.next(Figures.within(1)).ifPresent(line -> lines.add(line.text()));
      }
    }
    return lines;
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
