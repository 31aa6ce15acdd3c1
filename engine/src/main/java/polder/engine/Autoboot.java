package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import polder.linux.SyscallException;
import polder.model.PolderException;
import polder.model.ZoneProperties;

/**
 * Which zones start with the host, and that they do. What a zone's owner did last, a start or a
 * stop, decides.
 */
final class Autoboot implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final int AT_ONCE = 4;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

  private final Hall hall;
  private final Supervisor supervisor;
  private Optional<Thread> booting = Optional.empty();
  private volatile boolean closing;

  Autoboot(Hall hall, Supervisor supervisor) {
    this.hall = hall;
    this.supervisor = supervisor;
  }

  /**
   * Starts the zones that start with the host, if that was not done in this boot; in the
   * background, some at a time.
   */
  void run() {
    if (hall.runs().autobooted(hall.boot())) {
      return;
    }
    List<LocalZone> wanted =
        hall.table().list().stream()
            .filter(Autoboot::of)
            .filter(zone -> zone.life().isEmpty() && zone.status().failure().isEmpty())
            .filter(zone -> !ranInThisBoot(zone)) // should the note of it be lost
            .toList();
    booting = Optional.of(Background.run(() -> boot(wanted)));
  }

  private boolean ranInThisBoot(LocalZone zone) {
    return hall.store()
        .exit(zone.uuid())
        .flatMap(ExitRecord::boot)
        .filter(hall.boot()::equals)
        .isPresent();
  }

  private void boot(List<LocalZone> wanted) {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Thread> starts = new ArrayList<>();
    for (LocalZone zone : wanted) {
      starts.add(Background.run(() -> boot(zone, places)));
    }
    try {
      for (Thread start : starts) {
        start.join();
      }
      if (!closing) { // only now: if we die before, the rest is started after our own restart
        hall.executor()
            .once(
                "autoboot-note",
                "note that the zones that start with the host were started",
                () -> hall.runs().noteAutoboot(hall.boot()));
      }
    } catch (SyscallException e) {
      LOG.log(System.Logger.Level.WARNING, "the next start boots zones again: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void boot(LocalZone zone, Semaphore places) {
    places.acquireUninterruptibly();
    zone.operating().lock();
    try {
      if (of(zone) && !zone.vanished() && zone.life().isEmpty() && !closing) {
        supervisor.starting().again(zone, 0, 0); // due, also if we die in its midst
      }
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
    } finally {
      zone.operating().unlock();
      places.release();
    }
  }

  /** Starts no more, and waits for those that are being started. */
  @Override
  public void close() {
    closing = true;
    booting.ifPresent(Autoboot::await);
  }

  private static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static boolean of(LocalZone zone) {
    return zone.record().spec().get(ZoneProperties.AUTOBOOT);
  }

  /** Writes it down, if it is not so already; with the zone's lock. */
  static void note(Hall hall, LocalZone zone, boolean autoboot) {
    if (of(zone) == autoboot) {
      return;
    }
    ZoneRecord record = zone.record();
    ZoneRecord changed =
        record.with(record.spec().with(ZoneProperties.AUTOBOOT, autoboot), Instant.now());
    boolean kept = false;
    try {
      hall.executor()
          .once(
              "autoboot",
              "note whether zone %s starts with the host".formatted(zone.uuid()),
              () -> hall.disk().spend(() -> hall.store().put(changed)));
      kept = true;
    } catch (SyscallException e) {
      if (autoboot || !Failures.cannotWrite(e)) {
        throw e;
      }
      // no disk keeps a zone from being stopped
    }
    zone.record(changed);
    zone.status(Statuses.modified(zone.status(), changed.modified()));
    if (!kept) {
      keepLater(hall, zone, changed);
    }
  }

  /** Writes a record once the disk can be written again; until then the zone may be autobooted. */
  private static void keepLater(Hall hall, LocalZone zone, ZoneRecord unwritten) {
    hall.timers()
        .after(
            BETWEEN_TRIES,
            () -> {
              zone.operating().lock();
              try {
                if (zone.record().equals(unwritten) && !zone.vanished()) {
                  hall.store().put(unwritten);
                }
              } catch (SyscallException e) {
                keepLater(hall, zone, unwritten);
              } finally {
                zone.operating().unlock();
              }
            });
  }
}
