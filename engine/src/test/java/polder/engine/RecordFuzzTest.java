package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.brand.IdRange;
import polder.linux.ProcessIdentity;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;
import polder.model.json.ZoneJson;

/** All that the engine reads back, and what a user sends, damaged. */
class RecordFuzzTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final UUID ID = UUID.fromString("5bf80d5c-3d2b-4c0a-9b4e-0123456789ab");

  private static ZoneSpec spec() {
    return ZoneSpec.read(
        Json.object(
            """
            {"uuid":"5bf80d5c-3d2b-4c0a-9b4e-0123456789ab","brand":"native","alias":"web",
             "autoboot":true,"tags":{"n":1.5,"s":"ä","b":true,"i":7},"cmd":["/bin/sh","-c","true"],
             "env":{"A":"b"},"restart":"on-failure:3","max_physical_memory":64,
             "ulimits":{"nofile":{"soft":10,"hard":20}},"resolvers":["10.0.0.1","fd00::1"],
             "sysctls":{"net.core.somaxconn":"7"},"limit_priv":["default","-net_raw"]}
            """));
  }

  @Test
  @DisplayName("S-IMG-12 a damaged zone record is refused or read, never anything else")
  void zones() {
    ZoneRecord good =
        new ZoneRecord(1, spec(), Optional.of(new IdRange(1_000_000, 65_536)), NOW, NOW);
    records(good.write(), ZoneRecord::read, ZoneRecord::write);
  }

  @Test
  @DisplayName("S-IMG-12 a damaged run record is refused or read, never anything else")
  void runs() {
    RunRecord good =
        RunRecord.starting("boot", NOW, 1, 2)
            .with(new ProcessIdentity(5, 6), Optional.of(new ProcessIdentity(7, 8)))
            .stoppingBy(9, true);
    records(good.write(), RunRecord::read, RunRecord::write);
  }

  @Test
  @DisplayName("S-IMG-12 a damaged exit record is refused or read, never anything else")
  void exits() {
    ExitRecord good = new ExitRecord(new ExitStatus(137), NOW, true, 3, NOW, Optional.of("boot"));
    records(good.write(), ExitRecord::read, ExitRecord::write);
  }

  @Test
  @DisplayName("S-IMG-12 a damaged set of snapshots is refused or read, never anything else")
  void snapshotSets() {
    SnapshotSet good =
        new SnapshotSet(List.of(UUID.randomUUID(), UUID.randomUUID()), "now", List.of());
    records(good.write(), SnapshotSet::read, SnapshotSet::write);
  }

  /** Both what a disk damages, and what is damaged under a checksum that fits. */
  private static <T> void records(
      Map<String, Object> good,
      Function<Map<String, Object>, T> read,
      Function<T, Map<String, Object>> write) {
    byte[] file = Document.write(good);
    assertEquals(good, write.apply(read.apply(Document.read(file))));
    JsonDamage.each(
        damage -> {
          byte[] bytes = damage.flag() ? damage.bytes(file) : Document.write(damage.tree(good));
          T record = read.apply(Document.read(bytes));
          assertEquals(record, read.apply(Document.read(Document.write(write.apply(record)))));
        });
  }

  @Test
  @DisplayName("S-IMG-12 a damaged payload is refused or read, never anything else")
  void payloads() {
    Map<String, Object> good = spec().write();
    byte[] text = Json.write(good).getBytes(StandardCharsets.UTF_8);
    JsonDamage.each(
        damage -> {
          Map<String, Object> tree =
              Json.object(damage.flag() ? damage.bytes(text) : bytes(damage.tree(good)));
          ZoneSpec spec = ZoneSpec.read(tree);
          assertEquals(spec, ZoneSpec.read(Json.object(Json.write(spec.write()))));
        });
  }

  @Test
  @DisplayName("S-IMG-12 a damaged zone of another host's is refused or read, never anything else")
  void remoteZones() {
    ZoneStatus status =
        new ZoneStatus(
            ZoneState.RUNNING,
            false,
            Optional.of(7),
            NOW,
            NOW,
            Optional.of(NOW),
            Optional.of(new ExitStatus(3)),
            Optional.of(NOW),
            false,
            2,
            Optional.of("healthy"),
            Optional.empty());
    Map<String, Object> good =
        ZoneJson.write(
            new Zone(
                spec(),
                status,
                "/zones/web",
                List.of(new Snapshot("before", NOW, Optional.of(4096L)))));
    byte[] text = bytes(good);
    JsonDamage.each(
        damage -> {
          byte[] bytes = damage.flag() ? damage.bytes(text) : bytes(damage.tree(good));
          Zone zone = ZoneJson.read(Json.read(bytes));
          assertEquals(zone, ZoneJson.read(Json.read(bytes(ZoneJson.write(zone)))));
        });
  }

  private static byte[] bytes(Map<String, Object> tree) {
    return Json.write(tree).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("S-IMG-12 a damaged journal names what is unfinished, or is put aside")
  void journals(@TempDir Path home) throws IOException {
    HostPaths paths = HostPaths.below(home);
    Files.createDirectories(paths.state());
    Files.createDirectories(paths.run());
    String name = "create-%s.json".formatted(ID);
    byte[] intent = Document.write(new LinkedHashMap<>(Map.of("operation", "create")));
    try (Journal journal = new Journal(paths)) {
      JsonDamage.each(damage -> oneIntent(journal, paths.journal(), damage, name, intent));
    }
  }

  private static void oneIntent(
      Journal journal, Path directory, JsonDamage damage, String name, byte[] intent) {
    byte[] damaged = damage.bytes(name.getBytes(StandardCharsets.UTF_8));
    String called = new String(damaged, StandardCharsets.US_ASCII).replaceAll("[/\0\ufffd]", "_");
    if (called.length() > 200 || called.matches("\\.*")) {
      called = "x.json";
    }
    try {
      Files.write(directory.resolve(called), damage.bytes(intent));
      List<Journal.Intent> open = journal.unfinished();
      boolean known = open.stream().map(Journal.Intent::operation).anyMatch("create"::equals);
      List<String> aside = journal.damaged();
      for (Path file : List.of(directory.resolve(called), directory.resolve(called + ".damaged"))) {
        Files.deleteIfExists(file);
      }
      if (!known && !aside.isEmpty()) {
        throw new PolderException(ErrorKind.HOST, "put aside");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
