package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Directory;
import polder.linux.MountTable;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneState;

/** Zones in a pool, and what becomes of them when the engine or the pool is away. */
@Tag("kernel")
class PoolsKernelTest {
  @BeforeEach
  void needsBtrfs() throws IOException {
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

  private static void zone(TestHost test, String name, String pool) {
    test.run(TestHost.spec(name, "exec sleep 1000").with(ZoneProperties.ZPOOL, pool));
  }

  private static long mounts(TestHost test) {
    return MountTable.own().below(test.home()).size();
  }

  @Test
  @DisplayName("R-CRASH-01 a zone in a pool runs on while the engine is away, and is found again")
  void aZoneRunsOnWithoutTheEngine() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      zone(test, "in", "fast");
      int pid = test.get("in").status().pid().orElseThrow();
      assertEquals("0", test.exec("in", "echo kept > /root/file; : > /root/meanwhile"));
      test.letGo();
      assertEquals(0, mounts(test));
      Path root = Path.of("/proc", String.valueOf(pid), "root/root");
      assertEquals("kept\n", Files.readString(root.resolve("file")));
      Files.writeString(root.resolve("meanwhile"), "written");
      test.open();
      assertEquals(pid, test.get("in").status().pid().orElseThrow());
      assertEquals("kept\nwritten0", test.exec("in", "cat /root/file /root/meanwhile"));
      assertEquals(1, test.host().pools().get("fast").zones());

      test.host().zones().stop(TestHost.ref("in"), polder.model.StopOptions.FORCED);
      test.letGo(); // now nobody has the file system: the loop device goes
      test.open();
      test.host().zones().start(TestHost.ref("in"));
      assertEquals("written0", test.exec("in", "cat /root/meanwhile"));
    }
  }

  @Test
  void aCopyOfADiskIsKnownWhileTheOtherIsStillInUse() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      PoolRows.copy(test.host());
      try (Directory _ = Directory.open(PoolRows.run(test.host()).resolve("pools/fast"))) {
        test.host().pools().delete("fast"); // the file system lives as long as it is looked at
        PoolRows.take(test.host());
        zone(test, "in", "fast");
        test.letGo();
        test.open();
        assertEquals(Optional.empty(), test.host().pools().get("fast").problem());
        assertEquals(ZoneState.RUNNING, test.get("in").state());
        assertEquals(1, test.host().pools().get("fast").zones());
      }
    }
  }

  @Test
  void aZoneMakesNoSubvolumesThatSnapshotsWouldLeaveOut() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/btrfs")), "no btrfs: apt install btrfs-progs");
    try (TestHost test = new TestHost()) {
      pool(test);
      zone(test, "in", "fast");
      String told =
          test.exec("in", "/usr/bin/btrfs subvolume create /root/sub 2>&1; test -e /root/sub");
      assertTrue(told.contains("Inappropriate ioctl") && told.endsWith("1"), told);
    }
  }

  @Test
  @DisplayName("R-DISK-09 a missing pool: its zones say so, others run, and it may come back")
  void aMissingPool() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      zone(test, "in", "fast");
      zone(test, "out", "zones");
      test.host().zones().stop(TestHost.ref("in"), polder.model.StopOptions.FORCED);
      test.letGo();
      Path disk = test.home().resolve("state/pools/fast/disk");
      Path away = test.home().resolve("away");
      Files.move(disk, away);
      test.open();

      assertEquals(ZoneState.FAILED, test.get("in").state());
      assertTrue(test.get("in").status().failure().orElse("").contains("pool 'fast' is missing"));
      assertEquals(ZoneState.RUNNING, test.get("out").state());
      assertEquals("0", test.exec("out", "true"));
      assertTrue(test.host().pools().get("fast").problem().isPresent());
      for (Runnable act :
          new Runnable[] {
            () -> test.host().zones().start(TestHost.ref("in")),
            () -> test.host().zones().delete(TestHost.ref("in"), false)
          }) {
        PolderException refusal = assertThrows(PolderException.class, act::run);
        assertEquals(ErrorKind.UNAVAILABLE, refusal.kind(), refusal.getMessage());
        assertTrue(
            String.valueOf(refusal.getMessage()).contains("pool 'fast' is missing"),
            refusal.getMessage());
      }
      assertTrue(
          test.host().fsck().stream().anyMatch(finding -> finding.name().equals("pool fast")));
      assertThrows(PolderException.class, () -> test.host().pools().delete("fast"));

      Files.move(away, disk);
      test.host().zones().start(TestHost.ref("in"));
      assertEquals(ZoneState.RUNNING, test.get("in").state());
      assertEquals(java.util.List.of(), test.host().fsck());
    }
  }
}
