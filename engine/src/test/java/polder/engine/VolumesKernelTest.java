package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.CloneRequest;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Volumes, and what becomes of them when records, pools or the engine are away. */
@Tag("kernel")
class VolumesKernelTest {
  private static ZoneSpec attaching(String zone, String volume) {
    return TestHost.spec(zone, "exec sleep 1000")
        .with(
            ZoneProperties.FILESYSTEMS,
            List.of(new Filesystem(volume, "/mnt", "volume", List.of())));
  }

  @Test
  @DisplayName("R-CRASH-03 what an undo could not take back goes a little later, by itself")
  void whatIsLeftGoesByItself() throws Exception {
    try (TestHost test = new TestHost()) {
      Failpoints points = Failpoints.unarmed();
      test.open(points);
      PoolRows.pool(test.host());
      test.host()
          .zones()
          .create(
              TestHost.spec("a", "exec sleep 1000")
                  .with(ZoneProperties.ZPOOL, "fast")
                  .with(ZoneProperties.DELEGATE_DATASET, true));
      CloneRequest request = new CloneRequest(Optional.empty(), new Patch(Map.of("alias", "b")));
      points.arm("create.5+=error(EIO);dataset-destroy.*=error(EIO)");
      assertThrows(
          PolderException.class, () -> test.host().zones().clone(TestHost.ref("a"), request));
      assertTrue(!test.host().fsck().isEmpty());
      assertEquals(3, test.host().pools().get("fast").zones(), "what is left is in the way");
      points.arm("");
      TestHost.eventually("nothing is left", () -> test.host().fsck().isEmpty());
      assertEquals(1, test.host().pools().get("fast").zones());
      assertEquals(1, test.host().pools().get("fast").volumes());
      test.host().zones().clone(TestHost.ref("a"), request);
    }
  }

  @Test
  @DisplayName("R-DISK-08 a damaged record of a volume is put aside and named; the data stays")
  void aDamagedRecord() throws Exception {
    try (TestHost test = new TestHost()) {
      Volume kept = test.host().volumes().create(VolumeRequest.of("kept"));
      Volume data = test.host().volumes().create(VolumeRequest.of("data"));
      test.run(attaching("a", "data"));
      assertEquals("0", test.exec("a", "echo there > /mnt/file"));
      test.letGo();
      Path record = test.home().resolve("state/volumes").resolve(data.uuid() + ".json");
      byte[] whole = Files.readAllBytes(record);
      Files.write(record, new byte[] {'{'});
      test.open();
      assertEquals(
          List.of("kept"), test.host().volumes().list().stream().map(Volume::name).toList());
      assertEquals(kept.uuid(), test.host().volumes().get("kept").uuid());
      assertEquals("there\n0", test.exec("a", "cat /mnt/file"), "the zone runs on");
      assertTrue(
          test.host().fsck().stream()
              .anyMatch(finding -> finding.value().contains(data.uuid() + "")));
      test.host().zones().stop(TestHost.ref("a"), polder.model.StopOptions.FORCED);
      PolderException refusal =
          assertThrows(PolderException.class, () -> test.host().zones().start(TestHost.ref("a")));
      assertTrue(
          String.valueOf(refusal.getMessage()).contains("no volume 'data'"), refusal.getMessage());

      test.letGo();
      Files.delete(Path.of(record + ".damaged"));
      Files.write(record, whole);
      test.open();
      test.host().zones().start(TestHost.ref("a"));
      assertEquals("there\n0", test.exec("a", "cat /mnt/file"));
      test.clear();
    }
  }

  @Test
  @DisplayName("R-DISK-09 a volume in a missing pool says so, and hurts its own zones only")
  void aMissingPool() throws Exception {
    assumeBtrfs();
    try (TestHost test = new TestHost()) {
      pool(test);
      test.host().volumes().create(new VolumeRequest("data", "fast", 0, "off"));
      test.host().zones().create(attaching("a", "data"));
      test.letGo();
      Path disk = test.home().resolve("state/pools/fast/disk");
      Path away = test.home().resolve("away");
      Files.move(disk, away);
      test.open();
      assertTrue(
          test.host().volumes().get("data").problem().orElse("").contains("'fast' is missing"));
      for (Runnable act :
          new Runnable[] {
            () -> test.host().zones().start(TestHost.ref("a")),
            () -> test.host().volumes().resize("data", 64 << 20),
          }) {
        PolderException refusal = assertThrows(PolderException.class, act::run);
        assertEquals(ErrorKind.UNAVAILABLE, refusal.kind(), refusal.getMessage());
      }
      test.host().zones().delete(TestHost.ref("a"), false);
      PolderException refusal =
          assertThrows(PolderException.class, () -> test.host().volumes().delete("data"));
      assertEquals(ErrorKind.UNAVAILABLE, refusal.kind(), refusal.getMessage());
      Files.move(away, disk);
      assertEquals(Optional.empty(), test.host().volumes().get("data").problem());
      test.run(attaching("a", "data"));
      assertEquals(ZoneState.RUNNING, test.get("a").state());
      test.clear();
    }
  }

  @Test
  @DisplayName("R-CONC-01 no zone is made whose volume is deleted at the same time")
  void attachingAndDeletingAtOnce() throws Exception {
    try (TestHost test = new TestHost();
        var both = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 20; i++) {
        test.host().volumes().create(VolumeRequest.of("data"));
        List<Future<Boolean>> done = new ArrayList<>();
        done.add(both.submit(worked(() -> test.host().zones().create(attaching("a", "data")))));
        done.add(
            both.submit(
                worked(
                    () -> {
                      test.host().volumes().delete("data");
                      return "";
                    })));
        boolean made = done.get(0).get();
        boolean gone = done.get(1).get();
        assertTrue(made != gone, "made %s, gone %s".formatted(made, gone));
        test.clear();
      }
    }
  }

  private static Callable<Boolean> worked(Callable<?> work) {
    return () -> {
      try {
        work.call();
        return true;
      } catch (PolderException e) {
        return false;
      }
    };
  }

  @Test
  void aDelegatedDatasetIsBesideTheRoot() throws Exception {
    try (TestHost test = new TestHost()) {
      ZoneSpec spec =
          TestHost.spec("a", "exec sleep 1000").with(ZoneProperties.DELEGATE_DATASET, true);
      UUID uuid = test.run(spec).uuid();
      String data = "/zones/" + uuid + "/data";
      assertEquals("0", test.exec("a", "echo kept > " + data + "/file"));
      assertEquals("0", test.exec("a", "grep -q ' " + data + " .*nosuid' /proc/mounts"));
      Volume own = test.host().volumes().list().getFirst();
      assertEquals(Optional.of(uuid), own.zone());
      test.letGo();
      test.open();
      test.host().zones().reboot(TestHost.ref("a"), polder.model.StopOptions.FORCED);
      assertEquals("kept\n0", test.exec("a", "cat " + data + "/file"));
      test.host().zones().delete(TestHost.ref("a"), true);
      assertEquals(List.of(), test.host().volumes().list());
      assertEquals(List.of(), test.host().fsck());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  @DisplayName(
      "R-SNAP-01 a zone's snapshot has its own volumes at the same instant, and no other's")
  void ownVolumesAreRolledBackWithTheRoot(String pool) throws Exception {
    try (TestHost test = new TestHost()) {
      if (pool.equals("fast")) {
        assumeBtrfs();
        pool(test);
      }
      test.host().volumes().create(new VolumeRequest("data", pool, 0, "off"));
      ZoneSpec spec =
          attaching("a", "data")
              .with(ZoneProperties.ZPOOL, pool)
              .with(ZoneProperties.DELEGATE_DATASET, true);
      UUID uuid = test.run(spec).uuid();
      String data = "/zones/" + uuid + "/data";
      String places = "/root/f %s/f /mnt/f".formatted(data);
      assertEquals("0", test.exec("a", "for f in %s; do echo old > $f; done".formatted(places)));
      test.host().snapshots().create(SnapshotRequest.of(TestHost.ref("a"), "before"));
      assertEquals("0", test.exec("a", "for f in %s; do echo new > $f; done".formatted(places)));
      test.host().snapshots().rollback(SnapshotRef.of("a@before"), true);
      assertEquals("old\nold\nnew\n0", test.exec("a", "cat " + places));
      assertEquals("0", test.exec("a", "for f in %s; do echo live > $f; done".formatted(places)));
      assertEquals("old\nold\n0", clonedFrom(test, Optional.of("before"), "b"));
      assertEquals("live\nlive\n0", clonedFrom(test, Optional.empty(), "c"));
      assertEquals("0", test.exec("c", "for f in /zones/*/data/f; do echo other > $f; done"));
      assertEquals("live\n0", test.exec("a", "cat %s/f".formatted(data)));
      test.host().snapshots().delete(SnapshotRef.of("a@before"));
      test.clear();
    }
  }

  /** What a clone of zone {@code a} has in its root and in its delegated dataset. */
  private static String clonedFrom(TestHost test, Optional<String> snapshot, String alias)
      throws java.io.IOException {
    test.host()
        .zones()
        .clone(
            TestHost.ref("a"),
            new CloneRequest(snapshot, new Patch(java.util.Map.of("alias", alias))));
    test.host().zones().start(TestHost.ref(alias));
    return test.exec(alias, "cat /root/f /zones/*/data/f");
  }

  @Test
  void whatIsCompressedTakesLess() throws Exception {
    assumeBtrfs();
    try (TestHost test = new TestHost()) {
      pool(test);
      Volume plain = test.host().volumes().create(new VolumeRequest("plain", "fast", 0, "off"));
      Volume small = test.host().volumes().create(new VolumeRequest("small", "fast", 0, "gzip-9"));
      ZoneSpec spec =
          TestHost.spec("a", "exec sleep 1000")
              .with(ZoneProperties.ZPOOL, "fast")
              .with(ZoneProperties.ROOT_COMPRESSION, "zstd")
              .with(ZoneProperties.DELEGATE_DATASET, true)
              .with(ZoneProperties.DATA_COMPRESSION, "lz4")
              .with(
                  ZoneProperties.FILESYSTEMS,
                  List.of(
                      new Filesystem("plain", "/plain", "volume", List.of()),
                      new Filesystem("small", "/small", "volume", List.of())));
      UUID uuid = test.run(spec).uuid();
      Volume own =
          test.host().volumes().list().stream()
              .filter(each -> each.zone().isPresent())
              .findFirst()
              .orElseThrow();
      for (String place : List.of("/plain", "/small", "/zones/" + uuid + "/data", "/root")) {
        String fill =
            "mkdir %1$s/d && dd if=/dev/zero of=%1$s/d/f bs=1M count=8 2>&1 >/dev/null; sync"
                .formatted(place);
        String told = test.exec("a", fill);
        assertTrue(told.endsWith("0"), told);
      }
      assertTrue(used(test, plain) >= 8 << 20, used(test, plain) + " bytes");
      assertTrue(used(test, small) < 1 << 20, used(test, small) + " bytes");
      assertTrue(used(test, own) < 1 << 20, used(test, own) + " bytes");
      test.host()
          .zones()
          .update(
              TestHost.ref("a"), new Patch(java.util.Map.of("zfs_data_compression", "off")), false);
      String again =
          "cd /zones/%s/data/d; dd if=/dev/zero of=g bs=1M count=8 2>/dev/null; sync"
              .formatted(uuid);
      assertEquals("0", test.exec("a", again));
      assertTrue(used(test, own) >= 8 << 20, used(test, own) + " bytes");
      test.clear();
    }
  }

  private static long used(TestHost test, Volume volume) {
    return test.host().volumes().get(volume.name()).used();
  }

  private static void assumeBtrfs() throws java.io.IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
  }

  private static void pool(TestHost test) {
    test.host()
        .pools()
        .create(
            new PoolRequest("fast", Optional.of(256L << 20), Optional.empty(), Optional.empty()));
  }
}
