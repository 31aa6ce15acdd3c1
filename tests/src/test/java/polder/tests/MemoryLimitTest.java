package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.Figures;
import polder.tests.harness.Neighbour;
import polder.tests.harness.TestHost;

/** Who is killed where memory is short: the zone that took it, before all others. */
@Tag("kernel")
@Timeout(3_600)
class MemoryLimitTest {
  private static final int TIMES = Boolean.getBoolean("polder.full") ? 50 : 5;
  private static final long LIMIT = 64; // MiB

  private static TestHost host;
  private static Host remote;

  @BeforeAll
  static void makeHost() {
    host = new TestHost();
    host.importBusybox();
    remote = RemoteHost.open(host.home().resolve("run/api.sock"));
  }

  @AfterAll
  static void closeHost() {
    remote.close();
    host.close();
  }

  @Test
  @DisplayName("R-OOM-01 who wants twice its memory is killed each time, alone, and it is told")
  void whoWantsTwiceItsMemoryIsKilledAlone() {
    List<Neighbour> neighbours =
        List.of(Neighbour.on(remote, "left"), Neighbour.on(remote, "right"));
    ZoneRef glutton =
        create(
            "glutton",
            List.of("dd", "if=/dev/zero", "of=/dev/null", "bs=" + 2 * LIMIT + "M", "count=1"));
    long daemon = host.daemonPid();
    for (int i = 0; i < TIMES; i++) {
      long before = remote.events().newest();
      remote.zones().start(glutton);
      assertEquals(137, remote.zones().await(glutton).code());
      assertEquals(Map.of("exit_status", 137L, "oom_killed", true), exitAfter(before, glutton));
      assertTrue(remote.zones().get(glutton).status().oomKilled());
      neighbours.forEach(Neighbour::livesOn);
    }
    assertEquals(daemon, host.daemonPid(), "the daemon lived through it");
  }

  /** What the event of a zone's end says; it has to be there within a second of the end. */
  private static Map<String, Object> exitAfter(long cursor, ZoneRef zone) {
    String uuid = remote.zones().get(zone).uuid().toString();
    long end = System.nanoTime() + Figures.within(1).toNanos();
    try (Cursor<Event> events = remote.events().since(cursor, true)) {
      while (System.nanoTime() - end < 0) {
        Event event = events.next(Duration.ofMillis(100)).orElse(null);
        if (event != null
            && event.kind().equals("zone.exit")
            && event.zone().map(Object::toString).orElse("").equals(uuid)) {
          return event.details();
        }
      }
    }
    throw new AssertionError("no event tells of the end of " + zone);
  }

  @Test
  void theKernelTakesAZoneBeforeTheDaemon() throws IOException {
    ZoneRef zone = create("busy", List.of("sh", "-c", "sleep 1000 & wait"));
    Zone started = remote.zones().start(zone);
    try (Session _ = remote.zones().exec(zone, ExecSpec.of("sleep", "1000"))) {
      TestHost.eventually(
          "its processes run: the first, the main one and its child, and who entered",
          () -> scores(started).size() == 4);
      scores(started).forEach((process, score) -> assertEquals("500", score, process));
      String own = Files.readString(Path.of("/proc/self/oom_score_adj")).strip();
      assertEquals(own, score(Path.of("/proc/" + host.daemonPid())), "the daemon's");
    }
    remote.zones().delete(zone, true);
  }

  private static ZoneRef create(String alias, List<String> command) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, alias)
            .with(ZoneProperties.IMAGE, "busybox")
            .with(ZoneProperties.MAX_PHYSICAL_MEMORY, LIMIT)
            .with(ZoneProperties.CMD, command);
    return ZoneRef.of(remote.zones().create(spec).uuid());
  }

  /** The {@code oom_score_adj} of each process in a zone's control groups. */
  private static Map<String, String> scores(Zone zone) {
    Map<String, String> scores = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        try {
          if (Files.readString(process.resolve("cgroup")).contains(zone.uuid().toString())) {
            scores.put(Files.readString(process.resolve("comm")).strip() + process, score(process));
          }
        } catch (IOException e) {
          // it ended while we looked
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return scores;
  }

  private static String score(Path process) throws IOException {
    return Files.readString(process.resolve("oom_score_adj")).strip();
  }
}
