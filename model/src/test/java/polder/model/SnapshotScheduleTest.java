package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotScheduleTest {
  private static final Instant NOW = Instant.parse("2026-02-04T13:45:10Z"); // a Wednesday

  private static SnapshotSchedule schedule(String json) {
    return ZoneSpec.read(Map.of("brand", "native", "snapshot_schedule", Json.object(json)))
        .get(ZoneProperties.SNAPSHOT_SCHEDULE);
  }

  private static List<Snapshot> snapshots(String... names) {
    List<Snapshot> all = new ArrayList<>();
    for (String name : names) {
      all.add(new Snapshot(name, NOW, Optional.empty()));
    }
    return all;
  }

  @Test
  void aNameSaysThePeriodAndWhenItBegan() {
    SnapshotSchedule all = schedule("{\"hourly\": 1, \"daily\": 1, \"weekly\": 1, \"monthly\": 1}");
    assertEquals(
        List.of(
            "hourly-2026-02-04T13:00:00Z",
            "daily-2026-02-04T00:00:00Z",
            "weekly-2026-02-02T00:00:00Z",
            "monthly-2026-02-01T00:00:00Z"),
        all.due(List.of(), NOW));
    all.due(List.of(), NOW).forEach(Snapshot::checkName);
    assertEquals(Optional.of(Instant.parse("2026-02-04T14:00:00Z")), all.next(NOW));
    assertEquals(
        Optional.of(Instant.parse("2026-02-09T00:00:00Z")), schedule("{\"weekly\": 2}").next(NOW));
    assertEquals(
        Optional.of(Instant.parse("2026-03-01T00:00:00Z")), schedule("{\"monthly\": 2}").next(NOW));
    assertEquals(Optional.empty(), schedule("{}").next(NOW));
  }

  @Test
  void aPeriodHasOneHoweverManyWereMissed() {
    SnapshotSchedule daily = schedule("{\"daily\": 3}");
    List<Snapshot> there = snapshots("daily-2026-01-30T00:00:00Z", "mine");
    assertEquals(List.of("daily-2026-02-04T00:00:00Z"), daily.due(there, NOW));
    assertEquals(List.of(), daily.due(snapshots("daily-2026-02-04T00:00:00Z"), NOW));
  }

  @Test
  void theNewestOfAPeriodAreKeptAndNobodyElsesGo() {
    List<Snapshot> there =
        snapshots(
            "mine",
            "hourly-work",
            "hourly-2026-02-04T11:00:00Z",
            "hourly-2026-02-04T12:00:00Z",
            "daily-2026-02-03T00:00:00Z",
            "hourly-2026-02-04T13:00:00Z");
    assertEquals(
        List.of("hourly-2026-02-04T11:00:00Z"),
        schedule("{\"hourly\": 2, \"daily\": 9}").tooMany(there));
    assertEquals(
        List.of("daily-2026-02-03T00:00:00Z"),
        schedule("{\"hourly\": 3, \"daily\": 0}").tooMany(there));
  }

  @Test
  void whatIsNoCountIsRefused() {
    for (String wrong :
        List.of(
            "{\"hourly\": -1}", "{\"hourly\": 1001}", "{\"yearly\": 1}", "{\"daily\": \"1\"}")) {
      assertThrows(PolderException.class, () -> schedule(wrong), wrong);
    }
  }
}
