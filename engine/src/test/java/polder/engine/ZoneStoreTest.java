package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.brand.IdRange;
import polder.linux.ProcessIdentity;
import polder.model.Brand;
import polder.model.ExitStatus;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class ZoneStoreTest {
  @TempDir Path home;
  private HostPaths paths;

  @BeforeEach
  void makeDirectories() throws IOException {
    paths = HostPaths.below(home);
    Files.createDirectories(paths.state());
    Files.createDirectories(paths.run());
  }

  private static ZoneRecord record(String alias) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.NATIVE)
            .with(
                ZoneProperties.ZONE_UUID,
                UUID.nameUUIDFromBytes(alias.getBytes(StandardCharsets.UTF_8)))
            .with(ZoneProperties.ALIAS, alias)
            .with(ZoneProperties.TAGS, Map.of("n", 1.5, "s", "ä", "b", true, "i", 7L));
    Instant now = Instant.now();
    return new ZoneRecord(1, spec, Optional.of(new IdRange(1_000_000, 65_536)), now, now);
  }

  @Test
  void readsWhatItWrote() {
    try (ZoneStore store = new ZoneStore(paths, Optional.empty())) {
      ZoneRecord web = record("web");
      store.put(web);
      assertTrue(store.has(web.uuid()));
      assertEquals(List.of(web), store.scan().whole());
      ExitRecord exit =
          new ExitRecord(
              new ExitStatus(137), Instant.now(), true, 3, Instant.now(), Optional.of("boot"));
      store.noteExit(web.uuid(), exit);
      assertEquals(Optional.of(exit), store.exit(web.uuid()));
      store.remove(web.uuid());
      assertFalse(store.has(web.uuid()));
      assertEquals(List.of(), store.scan().whole());
    }
  }

  @Test
  @DisplayName("R-DISK-08 a damaged record is put aside and named, the others are there")
  void putsDamagedRecordsAside() throws IOException {
    try (ZoneStore store = new ZoneStore(paths, Optional.empty())) {
      store.put(record("good"));
      for (String how : List.of("empty", "half", "flipped", "deleted", "directory")) {
        ZoneRecord bad = record(how);
        store.put(bad);
        Path file = store.path(bad.uuid()).resolve("zone.json");
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
          case "empty" -> Files.write(file, new byte[0]);
          case "half" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
          case "flipped" -> {
            bytes[bytes.length - 40] ^= 1;
            Files.write(file, bytes);
          }
          case "deleted" -> Files.delete(file);
          default -> {
            Files.delete(file);
            Files.createDirectory(file);
          }
        }
      }
      Files.writeString(paths.zones().resolve("stray"), "a file");
      ZoneStore.Scan scan = store.scan();
      assertEquals(
          List.of(record("good").spec()), scan.whole().stream().map(ZoneRecord::spec).toList());
      assertEquals(6, scan.damaged().size());
      assertEquals(6, store.aside().size());
      assertEquals(List.of(), store.scan().damaged());
    }
  }

  @Test
  void runFilesAreForTheirBootOnly() {
    UUID zone = UUID.randomUUID();
    try (RunFiles runs = new RunFiles(paths)) {
      RunRecord run =
          RunRecord.starting("boot", Instant.now(), 2, 1)
              .with(new ProcessIdentity(7, 99), Optional.of(new ProcessIdentity(8, 100)))
              .stoppingBy(5000, true);
      runs.write(zone, run);
      assertEquals(Optional.of(run), runs.read(zone));
      assertEquals(List.of(zone), runs.list());
      runs.remove(zone);
      assertEquals(Optional.empty(), runs.read(zone));
      assertFalse(runs.autobooted("boot"));
      runs.noteAutoboot("boot");
      assertTrue(runs.autobooted("boot"));
      assertFalse(runs.autobooted("another"));
    }
  }

  @Test
  void theJournalNamesWhatWasBegunAndNotDone() {
    UUID zone = UUID.randomUUID();
    Journal.Entry entry;
    try (Journal journal = new Journal(paths)) {
      journal.begin("create", UUID.randomUUID(), List.of()).done();
      entry = journal.begin("delete", zone, Planner.delete(zone));
    }
    try (Journal journal = new Journal(paths)) {
      List<Journal.Intent> intents = journal.unfinished();
      assertEquals(1, intents.size());
      assertEquals("delete", intents.getFirst().operation());
      assertEquals(zone, intents.getFirst().zone());
      journal.done(intents.getFirst());
      assertEquals(List.of(), journal.unfinished());
    }
    assertTrue(entry != null);
  }

  @Test
  void aDamagedIntentIsNamedAndStopsNothing() throws IOException {
    Files.createDirectories(paths.journal());
    Files.writeString(paths.journal().resolve("1-create.json"), "{");
    try (Journal journal = new Journal(paths)) {
      assertEquals(List.of(), journal.unfinished());
      assertEquals(List.of("1-create.json.damaged"), journal.damaged());
    }
  }
}
