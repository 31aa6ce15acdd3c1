package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.engine.TestHost.ref;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Filesystem;
import polder.model.Patch;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.SnapshotSchedule;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;

/** Snapshots that are taken by themselves. */
@Tag("kernel")
class SchedulesKernelTest {
  private static List<String> names(TestHost test) {
    return test.host().snapshots().list(ref("in")).stream().map(Snapshot::name).toList();
  }

  private static long count(TestHost test, String period) {
    return names(test).stream().filter(name -> name.startsWith(period)).count();
  }

  private static void schedule(TestHost test, Map<String, Object> counts) {
    Patch patch = new Patch(Map.of("snapshot_schedule", counts));
    test.host().zones().update(ref("in"), patch, false);
  }

  private static void take(TestHost test, String name) {
    test.host().snapshots().create(SnapshotRequest.of(ref("in"), name));
  }

  @Test
  @DisplayName(
      "R-SNAP-01 a schedule takes, keeps and deletes, and makes up once for what it missed")
  void aScheduleIsKept() throws IOException {
    try (TestHost test = new TestHost()) {
      test.run(TestHost.spec("in", "exec sleep 1000"));
      take(test, "mine");
      take(test, "daily-2020-01-01T00:00:00Z");
      take(test, "daily-2020-01-02T00:00:00Z");
      take(test, "monthly-2020-01-01T00:00:00Z");
      schedule(test, Map.of("daily", 2L, "monthly", 5L));
      TestHost.eventually(
          () -> "one of today and one of this month are taken: " + names(test),
          () -> count(test, "daily") == 2 && count(test, "monthly") == 2);
      assertTrue(names(test).contains("daily-2020-01-02T00:00:00Z"), () -> "" + names(test));
      assertTrue(names(test).contains("mine"), () -> "" + names(test));

      test.letGo(); // and while we are away a period passes, as it were
      test.open();
      String monthly =
          names(test).stream().filter(name -> name.startsWith("monthly")).sorted().toList().get(1);
      test.host().snapshots().delete(new SnapshotRef(ref("in"), monthly));
      test.reopen();
      TestHost.eventually("it is made up for", () -> names(test).contains(monthly));
      assertEquals(2, count(test, "monthly"));

      schedule(test, Map.of("daily", 1L));
      TestHost.eventually(
          () -> "a lower count deletes: " + names(test),
          () -> count(test, "daily") == 1 && count(test, "monthly") == 0);
      assertEquals(2, names(test).size());
    }
  }

  private static List<String> ofVolume(TestHost test) {
    return test.host().volumes().snapshots("data").stream().map(Snapshot::name).toList();
  }

  private static SnapshotSchedule counts(int daily, int monthly) {
    return new SnapshotSchedule(
        Map.of(SnapshotSchedule.Period.DAILY, daily, SnapshotSchedule.Period.MONTHLY, monthly));
  }

  private static long ofVolume(TestHost test, String period) {
    return ofVolume(test).stream().filter(name -> name.startsWith(period)).count();
  }

  @Test
  @DisplayName("R-SNAP-01 a volume's schedule is kept as a zone's is, while a zone writes to it")
  void aVolumesScheduleIsKept() throws IOException {
    try (TestHost test = new TestHost()) {
      test.host().volumes().create(VolumeRequest.of("data"));
      test.run(
          TestHost.spec("in", "while :; do date >> /mnt/file; done")
              .with(
                  ZoneProperties.FILESYSTEMS,
                  List.of(new Filesystem("data", "/mnt", "volume", List.of()))));
      test.host().volumes().snapshot("data", Optional.of("mine"));
      test.host().volumes().snapshot("data", Optional.of("daily-2020-01-01T00:00:00Z"));
      test.host().volumes().snapshot("data", Optional.of("daily-2020-01-02T00:00:00Z"));
      test.host().volumes().schedule("data", counts(2, 5));
      TestHost.eventually(
          () -> "one of today and one of this month are taken: " + ofVolume(test),
          () -> ofVolume(test, "daily") == 2 && ofVolume(test, "monthly") == 1);
      assertTrue(ofVolume(test).contains("daily-2020-01-02T00:00:00Z"), () -> "" + ofVolume(test));
      assertTrue(ofVolume(test).contains("mine"), () -> "" + ofVolume(test));

      String monthly =
          ofVolume(test).stream().filter(name -> name.startsWith("monthly")).findFirst().get();
      test.host().volumes().deleteSnapshot("data", monthly);
      test.reopen();
      TestHost.eventually("it is made up for", () -> ofVolume(test).contains(monthly));

      test.host().volumes().schedule("data", counts(1, 0));
      TestHost.eventually(
          () -> "a lower count deletes: " + ofVolume(test),
          () -> ofVolume(test, "daily") == 1 && ofVolume(test, "monthly") == 0);
      test.host().volumes().schedule("data", SnapshotSchedule.NONE);
      assertEquals(2, ofVolume(test).size());
      test.host().zones().delete(ref("in"), true);
      test.host().volumes().delete("data");
    }
  }
}
