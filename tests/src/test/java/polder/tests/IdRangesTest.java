package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.engine.Polder;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The host's ids that are a zone's own are no other zone's. */
@Tag("kernel")
class IdRangesTest {
  private static final int ZONES = 200;
  private static final int CALLERS = 16;
  private static final long COUNT = 65_536;

  @TempDir Path directory;

  @Test
  @DisplayName("S-ID-05 200 zones made by 16 callers at once have 65,536 ids each, none twice")
  void rangesAreDisjoint() throws Exception {
    Path home = directory.resolve("home");
    try (Host host = Polder.open(home);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      inParallel(callers, number -> host.zones().create(spec("zone" + number)));
      assertEquals(ZONES, host.zones().list().size());
      SortedMap<Long, Long> ranges = ranges(home);
      assertEquals(ZONES, ranges.size(), "two zones begin at one id");
      long free = 1; // root's id is never a zone's
      for (Map.Entry<Long, Long> range : ranges.entrySet()) {
        assertEquals(COUNT, range.getValue());
        assertTrue(range.getKey() >= free, () -> range.getKey() + " is another zone's too");
        free = range.getKey() + range.getValue();
      }
      inParallel(callers, number -> host.zones().delete(new ZoneRef("zone" + number), false));
    }
  }

  @Test
  @DisplayName("S-ID-05 without a range left a zone is refused clearly, until another is deleted")
  void anExhaustedPoolIsToldAndRecovers() {
    String before = System.setProperty("polder.ids", "3");
    try (Host host = Polder.open(directory.resolve("home"))) {
      for (String alias : List.of("one", "two", "three")) {
        host.zones().create(spec(alias));
      }
      PolderException refused =
          assertThrows(PolderException.class, () -> host.zones().create(spec("four")));
      assertEquals(ErrorKind.NO_ROOM, refused.kind());
      String told = String.valueOf(refused.getMessage());
      assertTrue(told.contains("all 3 id ranges of this host are taken; delete a zone"), told);
      assertEquals(3, host.zones().list().size());

      host.zones().delete(new ZoneRef("two"), false);
      Zone four = host.zones().create(spec("four"));
      assertEquals("four", four.spec().name());
      for (String alias : List.of("one", "three", "four")) {
        host.zones().delete(new ZoneRef(alias), false);
      }
    } finally {
      if (before == null) {
        System.clearProperty("polder.ids");
      } else {
        System.setProperty("polder.ids", before);
      }
    }
  }

  private static ZoneSpec spec(String alias) {
    return ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, alias);
  }

  @FunctionalInterface
  private interface Numbered {
    void call(int number);
  }

  private static void inParallel(ExecutorService callers, Numbered work) throws Exception {
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 0; i < ZONES; i++) {
      int number = i;
      calls.add(callers.submit(() -> work.call(number)));
    }
    for (Future<?> call : calls) {
      call.get();
    }
  }

  /** Of every zone, as it is recorded: the first of its ids, and how many. */
  private static SortedMap<Long, Long> ranges(Path home) throws IOException {
    SortedMap<Long, Long> ranges = new TreeMap<>();
    try (Stream<Path> records = Files.list(home.resolve("state/zones"))) {
      for (Path directory : records.toList()) {
        Map<String, Object> record = Json.object(Files.readString(directory.resolve("zone.json")));
        Map<String, Object> zone = Json.asObject(record.get("holds"));
        ranges.put(
            Long.valueOf(String.valueOf(zone.get("ids_base"))),
            Long.valueOf(String.valueOf(zone.get("ids_count"))));
      }
    }
    return ranges;
  }
}
