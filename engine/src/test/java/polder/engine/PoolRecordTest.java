package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.Filesystem;
import polder.model.ImageConfig;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.SnapshotSchedule;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class PoolRecordTest {
  private static final Instant THEN = Instant.parse("2026-11-30T10:00:00Z");
  private static final PoolRecord ZONE =
      new PoolRecord.OfZone(
          new ZoneRecord(
              7,
              ZoneSpec.of(Brand.LX)
                  .with(ZoneProperties.ZONE_UUID, new UUID(1, 2))
                  .with(ZoneProperties.ALIAS, "web")
                  .with(ZoneProperties.IMAGE_UUID, new UUID(3, 4))
                  .with(ZoneProperties.ZPOOL, "fast")
                  .with(
                      ZoneProperties.FILESYSTEMS,
                      List.of(new Filesystem("", "/srv", "volume", List.of()))),
              Optional.empty(),
              THEN,
              THEN,
              Optional.of(ImageConfig.NONE),
              Optional.of("debian:12"),
              Optional.empty()));
  private static final PoolRecord VOLUME =
      new PoolRecord.OfVolume(
          new VolumeRecord(
              new UUID(5, 6),
              "data",
              "fast",
              1 << 20,
              "zstd",
              new SnapshotSchedule(Map.of(SnapshotSchedule.Period.DAILY, 7)),
              THEN,
              Optional.of(new VolumeRecord.Owner(new UUID(1, 2), "/srv"))));

  @Test
  void isReadAsItWasWritten() {
    for (PoolRecord record : List.of(ZONE, VOLUME)) {
      assertEquals(record, PoolRecord.read(record.write()));
      assertEquals("fast", record.pool());
    }
  }

  @Test
  void isOfOneThingOnly() {
    Map<String, Object> zone = Document.read(ZONE.write());
    Map<String, Object> both = new LinkedHashMap<>(zone);
    both.putAll(Document.read(VOLUME.write()));
    for (Map<String, Object> tree : List.of(both, Map.<String, Object>of())) {
      byte[] bytes = Document.write(tree);
      assertThrows(PolderException.class, () -> PoolRecord.read(bytes));
    }
  }

  @Test
  @DisplayName(
      "S-API-10 2,000 changed records of pools are refused, or read: nothing else is thrown")
  void changedRecords() {
    Random random = new Random(65);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] whole = (i % 2 == 0 ? ZONE : VOLUME).write();
      byte[] changed =
          i % 4 < 2
              ? flipped(random, whole)
              : Document.write(changed(random, Document.read(whole)));
      try {
        var _ = PoolRecord.read(changed);
      } catch (PolderException e) {
        refused++;
      }
    }
    assertTrue(refused > 1500, refused + " were refused");
  }

  private static byte[] flipped(Random random, byte[] whole) {
    byte[] bytes = whole.clone();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
    return new String(bytes, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The same, with another value in one place, and a checksum that fits. */
  private static Map<String, Object> changed(Random random, Map<String, Object> tree) {
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    List<String> keys = new ArrayList<>(copy.keySet());
    String key = keys.get(random.nextInt(keys.size()));
    @Nullable Object value = copy.get(key);
    if (value instanceof Map<?, ?> && random.nextInt(8) > 0) {
      Map<String, Object> below = Json.asObject(value);
      if (!below.isEmpty()) {
        copy.put(key, changed(random, below));
        return copy;
      }
    }
    switch (random.nextInt(7)) {
      case 0 -> copy.remove(key);
      case 1 -> copy.put(key, "../../etc");
      case 2 -> copy.put(key, -1L);
      case 3 -> copy.put(key, List.of(List.of()));
      case 4 -> copy.put(key, Map.of("a", "b"));
      case 5 -> copy.put(key + "2", "x".repeat(5000));
      default -> copy.put(key, "\u0000");
    }
    return copy;
  }
}
