package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import polder.model.SnapshotSchedule;
import polder.model.ZoneProperties;

/**
 * Takes the snapshots that the schedules of zones and volumes ask for, and deletes those that they
 * no longer keep.
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
  private final Map<UUID, Waiting> waiting = new ConcurrentHashMap<>();

  /** What waits for its next period, since it was looked at by {@link #look}. */
  private record Waiting(Object since, Timers.Timer timer) {}

  Schedules(Hall hall, Snapping snapping) {
    this.hall = hall;
    this.snapping = snapping;
  }

  /** Looks after a zone whose schedule may have changed, soon and from then on. */
  void look(LocalZone zone) {
    if (zone.record().spec().has(ZoneProperties.SNAPSHOT_SCHEDULE)) {
      look(new ScheduledZone(hall, snapping, zone));
    } else {
      forget(zone);
    }
  }

  /** Looks after something whose schedule may have changed, soon and from then on. */
  void look(Scheduled one) {
    Object since = new Object();
    Timers.Timer timer = hall.timers().after(Duration.ZERO, () -> work(one, since));
    Optional.ofNullable(waiting.put(one.uuid(), new Waiting(since, timer)))
        .ifPresent(before -> before.timer().cancel());
  }

  /** Looks after a zone no more. */
  void forget(LocalZone zone) {
    forget(zone.uuid());
  }

  /** Looks after a zone or volume no more. */
  void forget(UUID uuid) {
    Optional.ofNullable(waiting.remove(uuid)).ifPresent(before -> before.timer().cancel());
  }

  private void work(Scheduled one, Object since) {
    places.acquireUninterruptibly();
    try {
      one.turn(
          schedule -> {
            if (!schedule.isEmpty()) {
              work(one, schedule);
              again(one, schedule, since);
            }
          });
    } finally {
      places.release();
    }
  }

  private void work(Scheduled one, SnapshotSchedule schedule) {
    try {
      for (String name : schedule.due(one.snapshots(), Instant.now())) {
        one.take(name);
      }
      for (String name : schedule.tooMany(one.snapshots())) {
        one.remove(name);
      }
    } catch (RuntimeException e) {
      String why = String.valueOf(Failures.of("take a snapshot of " + one.title(), e).getMessage());
      LOG.log(System.Logger.Level.WARNING, why);
      one.warn(why);
    }
  }

  /** Waits for the next period, unless somebody has it looked at by now, or no more. */
  private void again(Scheduled one, SnapshotSchedule schedule, Object since) {
    Instant now = Instant.now();
    Optional<Duration> left =
        schedule.next(now).map(next -> Duration.between(now, next).plusMillis(1));
    if (left.isPresent()) {
      Duration pause = left.get().compareTo(LONGEST) < 0 ? left.get() : LONGEST;
      waiting.computeIfPresent(
          one.uuid(),
          (_, is) ->
              is.since().equals(since)
                  ? new Waiting(since, hall.timers().after(pause, () -> work(one, since)))
                  : is);
    }
  }

  @Override
  public void close() {
    waiting.values().forEach(each -> each.timer().cancel());
  }
}
