package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.Host;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.tests.harness.Figures;
import polder.tests.harness.LeakCount;
import polder.tests.harness.TestHost;

/** A daemon with many zones that do nothing, and the daemon after it. */
@Tag("kernel")
class ManyZonesTest {
  private static final int ZONES = Boolean.getBoolean("polder.full") ? 500 : 100;
  private static final int HANDS = 4;

  /** Pools may have grown; a thread for each of many zones would be seen. */
  private static final int MOST_THREADS = 16;

  private static final long MOST_RESIDENT = 150 << 10; // KiB
  private static final Duration READY = Figures.within(10);

  @Test
  @DisplayName("J-13 R-CONC-06 many idle zones: the daemon stays small, and a new one finds them")
  void manyIdleZones() throws Exception {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"))) {
        each(1, number -> start(remote, ZONES)); // pools and caches fill
        remote.zones().delete(new ZoneRef(name(ZONES)), true);
        LeakCount before = LeakCount.of(host.daemonPid());
        each(ZONES, number -> start(remote, number));

        LeakCount after = LeakCount.of(host.daemonPid());
        assertEquals(0, after.counts().getOrDefault("zombies", -1L), "zombies");
        assertTrue(
            after.threadsSince(before) <= MOST_THREADS, "threads: " + after + ", before " + before);
        long resident = resident(host.daemonPid());
        assertTrue(resident <= MOST_RESIDENT, resident + " KiB resident with " + ZONES + " zones");

        Map<String, String> known = states(remote);
        host.killDaemon();
        long start = System.nanoTime();
        host.polder("list").ok(); // starts a daemon
        assertEquals(known, states(remote));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(READY) <= 0, "ready after " + took);
        assertTrue(resident(host.daemonPid()) <= MOST_RESIDENT, "the second daemon");

        each(ZONES, number -> remote.zones().delete(new ZoneRef(name(number)), true));
        assertEquals(List.of(), remote.zones().list());
        assertEquals(List.of(), remote.fsck());
      }
    }
  }

  private static String name(int number) {
    return "many" + number;
  }

  private static void start(Host host, int number) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, name(number))
            .with(ZoneProperties.IMAGE, "busybox")
            .with(ZoneProperties.CMD, List.of("sleep", "100000"));
    host.zones().start(ZoneRef.of(host.zones().create(spec).uuid()));
  }

  /** Each zone's first process and since when it runs. */
  private static Map<String, String> states(Host host) {
    Map<String, String> states = new TreeMap<>();
    for (Zone zone : host.zones().list()) {
      assertEquals(ZoneState.RUNNING, zone.state(), zone.spec().name());
      states.put(zone.spec().name(), zone.status().pid() + " " + zone.status().restarts());
    }
    assertEquals(ZONES, states.size());
    return states;
  }

  private static long resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static void each(int count, IntConsumer work) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(HANDS)) {
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(workers.submit(() -> work.accept(number)));
      }
    }
    for (Future<?> one : all) {
      one.get();
    }
  }
}
