package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import polder.model.PolderException;
import polder.model.ZoneProperties;

/** Starts the zones that start with the host. */
final class Autoboot {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final int AT_ONCE = 4;

  private final Hall hall;
  private final Supervisor supervisor;

  Autoboot(Hall hall, Supervisor supervisor) {
    this.hall = hall;
    this.supervisor = supervisor;
  }

  /** Starts them if that was not done in this boot; in the background, some at a time. */
  void run() {
    if (hall.runs().autobooted(hall.boot())) {
      return;
    }
    List<LocalZone> wanted =
        hall.table().list().stream()
            .filter(zone -> zone.record().spec().get(ZoneProperties.AUTOBOOT))
            .filter(zone -> zone.life().isEmpty() && zone.status().failure().isEmpty())
            .filter(zone -> !ranInThisBoot(zone)) // should the note of it be lost
            .toList();
    Background.run(() -> boot(wanted));
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
      // only now: if we die before, the rest is started after our own restart
      hall.runs().noteAutoboot(hall.boot());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void boot(LocalZone zone, Semaphore places) {
    places.acquireUninterruptibly();
    zone.operating().lock();
    try {
      boolean still = zone.record().spec().get(ZoneProperties.AUTOBOOT) && !zone.vanished();
      if (still && zone.life().isEmpty()) {
        supervisor.starting().start(zone, 0, 0);
      }
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
    } finally {
      zone.operating().unlock();
      places.release();
    }
  }
}
