package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.ZoneProperties;

/** A zone's schedule, kept with the zone's lock. */
record ScheduledZone(Hall hall, Snapping snapping, LocalZone zone) implements Scheduled {
  @Override
  public UUID uuid() {
    return zone.uuid();
  }

  @Override
  public String title() {
    return "zone '%s'".formatted(zone.name());
  }

  @Override
  public void turn(Consumer<SnapshotSchedule> work) {
    zone.operating().lock();
    try {
      Optional<SnapshotSchedule> schedule =
          zone.record().spec().find(ZoneProperties.SNAPSHOT_SCHEDULE);
      work.accept(zone.vanished() ? SnapshotSchedule.NONE : schedule.orElse(SnapshotSchedule.NONE));
    } finally {
      zone.operating().unlock();
    }
  }

  @Override
  public List<Snapshot> snapshots() {
    return snapping.of(zone);
  }

  @Override
  public void take(String name) {
    hall.disk().demandRoom("take a snapshot of " + title());
    var _ = snapping.take(List.of(zone), name);
  }

  @Override
  public void remove(String name) {
    snapping.remove(zone, name);
  }

  @Override
  public void warn(String why) {
    hall.events()
        .add(
            "zone.warning",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("warnings", List.of(why)));
  }
}
