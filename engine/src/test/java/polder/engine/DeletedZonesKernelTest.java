package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static polder.engine.TestHost.ref;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** How long deleted zones are kept, and what becomes of them when the engine or room is short. */
@Tag("kernel")
class DeletedZonesKernelTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Patch NOTHING = new Patch(Map.of());

  private static List<String> kept(TestHost test) {
    return test.host().deleted().list().stream().map(DeletedZone::name).toList();
  }

  private static Path dataset(TestHost test, UUID zone) {
    return test.home().resolve("state/storage").resolve(zone.toString());
  }

  @Test
  void itIsDestroyedWhenItsTimeIsOverAlsoIfNobodyWasThere() throws IOException {
    try (TestHost test = new TestHost()) {
      Zone soon = test.run(TestHost.spec("soon", "exec sleep 1000"));
      Zone later = test.run(TestHost.spec("later", "exec sleep 1000"));
      Zone kept = test.run(TestHost.spec("long", "exec sleep 1000"));
      assertEquals("0", test.exec("long", "echo there > /root/file"));
      test.host().zones().delete(ref("soon"), true, Duration.ofMillis(300));
      TestHost.eventually("its time is over", () -> kept(test).isEmpty());
      TestHost.eventually("nothing is left", () -> !Files.exists(dataset(test, soon.uuid())));

      test.host().zones().delete(ref("later"), true, Duration.ofMillis(1));
      test.host().zones().delete(ref("long"), true, LONG);
      test.letGo();
      test.open();
      TestHost.eventually("the one is gone", () -> kept(test).equals(List.of("long")));
      assertTrue(!Files.exists(dataset(test, later.uuid())));
      assertEquals(List.of(), test.host().fsck());
      Zone back = test.host().deleted().undelete(ref("long"), NOTHING);
      assertEquals(kept.uuid(), back.uuid());
      test.host().zones().start(ref("long"));
      assertEquals("there\n0", test.exec("long", "cat /root/file"));
    }
  }

  @Test
  void itsIdsAreOthersMeanwhileAndItsFilesItsOwn() throws IOException {
    try (TestHost test = new TestHost()) {
      test.run(TestHost.spec("a", "exec sleep 1000"));
      assertEquals("0", test.exec("a", "echo mine > /root/file; chown 33:44 /root/file"));
      String before = ids(test, "a");
      test.host().zones().delete(ref("a"), true, LONG);
      test.run(TestHost.spec("b", "exec sleep 1000"));
      assertEquals(before, ids(test, "b"));
      test.host().deleted().undelete(ref("a"), NOTHING);
      test.host().zones().start(ref("a"));
      assertTrue(!ids(test, "a").equals(before));
      assertEquals("33 44\n0", test.exec("a", "stat -c '%u %g' /root/file"));
    }
  }

  private static String ids(TestHost test, String zone) throws IOException {
    int pid = test.get(zone).status().pid().orElseThrow();
    return Files.readString(Path.of("/proc/%d/uid_map".formatted(pid)));
  }

  @Test
  void theOldestGoesWhereThePoolIsShortOfRoom() throws IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    try (TestHost test = new TestHost()) {
      PoolRows.pool(test.host());
      ZoneSpec spec = TestHost.spec("first", "exec sleep 1000").with(ZoneProperties.ZPOOL, "fast");
      test.run(spec);
      test.exec("first", "dd if=/dev/zero of=/root/big bs=1M count=80; sync");
      test.host().zones().delete(ref("first"), true, LONG);
      test.run(spec.with(ZoneProperties.ALIAS, "second"));
      test.exec("second", "dd if=/dev/zero of=/root/fill bs=1M; sync");
      test.host().zones().delete(ref("second"), true, LONG);
      assertEquals(List.of("second"), kept(test), "the first gave its room");

      test.host().deleted().delete(ref("second"));
      test.run(spec.with(ZoneProperties.ALIAS, "third"));
      TestHost.eventually(
          "the room is back", () -> test.host().pools().get("fast").free() > 100L << 20);
      test.exec("third", "dd if=/dev/zero of=/root/fill bs=1M; sync");
      PolderException refusal =
          assertThrows(
              PolderException.class, () -> test.host().zones().delete(ref("third"), true, LONG));
      assertEquals(ErrorKind.NO_ROOM, refusal.kind(), refusal.getMessage());
      assertEquals("third", test.get("third").name());
      test.host().zones().delete(ref("third"), true, Duration.ZERO);
      assertEquals(List.of(), kept(test));
    }
  }

  @Test
  void whatIsMadeAnewGoesBeforeWhatIsKept() throws IOException {
    try (TestHost test = new TestHost()) {
      Failpoints points = Failpoints.unarmed();
      test.open(points);
      test.host().zones().create(TestHost.spec("a", "true"));
      test.host().zones().create(TestHost.spec("b", "true"));
      test.host().zones().delete(ref("b"), false, LONG.plus(LONG));
      test.host().zones().delete(ref("a"), false, LONG);
      points.arm("create.2=1*error(EDQUOT)");
      assertThrows(
          PolderException.class, () -> test.host().zones().create(TestHost.spec("c", "true")));
      assertEquals(List.of("a", "b"), kept(test), "a quota is not the pool's room");
      points.arm("create.2=1*error(ENOSPC)");
      test.host().zones().create(TestHost.spec("c", "true"));
      points.arm("");
      assertEquals(List.of("b"), kept(test), "that one is given up which would end first");
    }
  }

  @Test
  void whoDiesWhileAZoneIsStoppedToBeKeptKeepsIt() throws IOException {
    try (TestHost test = new TestHost()) {
      Zone zone = test.run(TestHost.spec("a", "exec sleep 1000"));
      int pid = zone.status().pid().orElseThrow();
      test.letGo();
      try (ZoneStore store = new ZoneStore(HostPaths.below(test.home()), Optional.empty())) {
        ZoneRecord record = store.scan().whole().getFirst();
        Instant now = Instant.now();
        store.put(record.deleted(new ZoneRecord.Kept(now, now.plus(LONG))));
      }
      test.open(); // as if it was killed when it had written that
      assertEquals(List.of("a"), kept(test));
      assertEquals(List.of(), test.host().zones().list());
      TestHost.eventually("it was ended", () -> ProcessHandle.of(pid).isEmpty());
      assertEquals(List.of(), test.host().fsck());
      test.host().deleted().delete(ZoneRef.of(zone.uuid()));
      assertEquals(List.of(), test.host().fsck());
    }
  }

  @Test
  void aZoneThatIsHalfDeletedIsNotKept() throws IOException {
    try (TestHost test = new TestHost()) {
      Failpoints points = Failpoints.unarmed();
      test.open(points);
      test.host().zones().create(TestHost.spec("a", "true"));
      points.arm("dataset-destroy.*=error(EIO)");
      assertThrows(PolderException.class, () -> test.host().zones().delete(ref("a"), false));
      points.arm("");
      PolderException refusal =
          assertThrows(
              PolderException.class, () -> test.host().zones().delete(ref("a"), false, LONG));
      assertEquals(ErrorKind.WRONG_STATE, refusal.kind(), refusal.getMessage());
      test.host().zones().delete(ref("a"), false);
    }
  }
}
