package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.ZoneProperties;

/**
 * Takes the snapshots that zones' schedules ask for, and deletes those that they no longer keep.
 *
 * <p>A period has its snapshot if there is one that is called by it; so what was missed while we
 * were away is made up for once, and our death in the midst of it changes nothing. The clock is
 * asked again after an hour at most, since it may be set.
 */
final class Schedules implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int AT_ONCE = 2;
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final Snapping snapping;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Map<UUID, Timers.Timer> waiting = new ConcurrentHashMap<>();

  Schedules(Hall hall, Snapping snapping) {
    this.hall = hall;
    this.snapping = snapping;
  }

  /** Looks after a zone whose schedule may have changed, soon and from then on. */
  void look(LocalZone zone) {
    if (zone.record().spec().has(ZoneProperties.SNAPSHOT_SCHEDULE)) {
      after(Duration.ZERO, zone);
    } else {
      forget(zone);
    }
  }

  /** Looks after a zone no more. */
  void forget(LocalZone zone) {
    Optional.ofNullable(waiting.remove(zone.uuid())).ifPresent(Timers.Timer::cancel);
  }

  private void after(Duration pause, LocalZone zone) {
    Timers.Timer timer = hall.timers().after(pause, () -> work(zone));
    Optional.ofNullable(waiting.put(zone.uuid(), timer)).ifPresent(Timers.Timer::cancel);
  }

  private void work(LocalZone zone) {
    places.acquireUninterruptibly();
    zone.operating().lock();
    try {
      Optional<SnapshotSchedule> schedule =
          zone.record().spec().find(ZoneProperties.SNAPSHOT_SCHEDULE);
      if (zone.vanished() || schedule.isEmpty()) {
        return;
      }
      try {
        work(zone, schedule.get());
      } catch (RuntimeException e) {
        tell(zone, Failures.of("take a snapshot of zone '%s'".formatted(zone.name()), e));
      }
      Instant now = Instant.now();
      schedule
          .get()
          .next(now)
          .map(next -> Duration.between(now, next).plusMillis(1))
          .ifPresent(left -> after(left.compareTo(LONGEST) < 0 ? left : LONGEST, zone));
    } finally {
      zone.operating().unlock();
      places.release();
    }
  }

  private void work(LocalZone zone, SnapshotSchedule schedule) {
    List<Snapshot> there = snapping.of(zone);
    for (String name : schedule.due(there, Instant.now())) {
      hall.disk().demandRoom("take a snapshot of zone '%s'".formatted(zone.name()));
      var _ = snapping.take(List.of(zone), name);
    }
    for (String name : schedule.tooMany(snapping.of(zone))) {
      snapping.remove(zone, name);
    }
  }

  private void tell(LocalZone zone, RuntimeException failure) {
    String why = String.valueOf(failure.getMessage());
    LOG.log(System.Logger.Level.WARNING, why);
    hall.events()
        .add(
            "zone.warning",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("warnings", List.of(why)));
  }

  @Override
  public void close() {
    waiting.values().forEach(Timers.Timer::cancel);
  }
}
