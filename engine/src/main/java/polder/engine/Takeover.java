package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import polder.brand.IdRange;
import polder.brand.Running;
import polder.linux.Cgroup;
import polder.linux.SyscallException;
import polder.linux.WaitStatus;
import polder.model.ExitStatus;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Looks at the world when the engine starts, and takes over what it finds. */
final class Takeover {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final int AT_ONCE = 4;

  private final Hall hall;
  private final Creation creation;
  private final Supervisor supervisor;
  private final Stopping stopping;
  private final List<ZoneStore.Damaged> damaged = new ArrayList<>();

  Takeover(Hall hall, Creation creation, Supervisor supervisor, Stopping stopping) {
    this.hall = hall;
    this.creation = creation;
    this.supervisor = supervisor;
    this.stopping = stopping;
  }

  /** Brings everything up to the present; afterwards the engine may be asked. */
  void run() {
    for (Journal.Intent intent : hall.journal().unfinished()) {
      guarded("finish " + intent.operation() + " of zone " + intent.zone(), () -> recover(intent));
    }
    ZoneStore.Scan scan = hall.store().scan();
    scan.whole().forEach(this::admit);
    damaged.addAll(scan.damaged());
    for (ZoneStore.Damaged record : damaged) {
      hall.events()
          .add(
              "zone.quarantine",
              Optional.empty(),
              record.name(),
              Map.of("reason", record.reason()));
    }
    for (UUID uuid : hall.runs().list()) {
      guarded(
          "take over zone " + uuid,
          () -> hall.table().find(uuid).ifPresentOrElse(this::resume, () -> forget(uuid)));
    }
  }

  /** A step that must not keep the engine from starting, whatever state it finds. */
  private static void guarded(String what, Runnable work) {
    try {
      work.run();
    } catch (PolderException | SyscallException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot " + what, e);
    }
  }

  private void recover(Journal.Intent intent) {
    // what was half deleted or half made was down: if anything runs, it is of a start before
    forget(intent.zone());
    creation.recover(intent);
  }

  /** Kills what runs for a zone of which there is no record; in this boot only. */
  private void forget(UUID uuid) {
    Cgroup cgroup = hall.cgroup(uuid);
    if (cgroup.exists()) {
      cgroup.killAll();
      cgroup.delete(Ending.PATIENCE);
    }
    hall.runs().remove(uuid);
  }

  private void admit(ZoneRecord record) {
    UUID uuid = record.uuid();
    Optional<ExitRecord> exit = hall.store().exit(uuid);
    LocalZone zone =
        new LocalZone(record, Statuses.down(record, exit), hall.store().path(uuid).toString());
    try {
      hall.table().add(zone);
    } catch (PolderException e) {
      damaged.add(new ZoneStore.Damaged(uuid.toString(), String.valueOf(e.getMessage())));
      return;
    }
    guarded("open the log of zone " + zone.name(), () -> zone.log(Logs.open(hall, uuid)));
    Optional<IdRange> ids = record.ids();
    if (ids.isPresent() && !hall.ids().take(ids.get())) {
      zone.status(
          Statuses.failed(
              zone.status(), "its ids from " + ids.get().base() + " are another zone's too"));
    } else if (hall.storage().find(uuid).isEmpty()) {
      zone.status(Statuses.failed(zone.status(), "its root is gone; delete it"));
    }
  }

  /** A zone that was meant to run when we ended. */
  private void resume(LocalZone zone) {
    zone.operating().lock();
    try {
      Optional<RunRecord> run = hall.runs().read(zone.uuid());
      boolean thisBoot = run.filter(known -> known.boot().equals(hall.boot())).isPresent();
      if (run.isEmpty()) {
        // it died with its first file unwritten, or somebody damaged it: nothing can be found by it
        clear(zone);
      } else if (!thisBoot) {
        endedWithTheHost(zone, run.get());
      } else if (run.get().startAt().isPresent()) {
        clear(zone);
        startAgain(zone, run.get(), run.get().startAt().get());
      } else if (run.get().first().isEmpty()) {
        clear(zone);
      } else {
        find(zone, run.get());
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private void clear(LocalZone zone) {
    supervisor.ending().clearLeftovers(zone);
  }

  /** Another boot's pids and control groups mean nothing now, and nobody saw the zone end. */
  private void endedWithTheHost(LocalZone zone, RunRecord run) {
    hall.runs().remove(zone.uuid());
    if (run.first().isPresent()) {
      ExitRecord exit =
          new ExitRecord(ExitStatus.UNKNOWN, Instant.now(), false, run.restarts(), run.booted());
      hall.store().noteExit(zone.uuid(), exit);
      zone.log().end();
      zone.log().rest();
      zone.status(Statuses.ended(zone.status(), exit));
    }
  }

  private void startAgain(LocalZone zone, RunRecord run, long due) {
    hall.runs().write(zone.uuid(), run);
    Duration left = Duration.ofMillis(Math.max(0, due - Boot.uptime()));
    supervisor.startLater(zone, left, run.restarts(), run.inARow());
  }

  private void find(LocalZone zone, RunRecord run) {
    ZoneSpec spec = zone.record().spec();
    Life life = new Life(hall.cgroup(zone.uuid()), config(spec), run);
    boolean input = spec.get(ZoneProperties.OPEN_STDIN) && !spec.get(ZoneProperties.TTY);
    ZoneStreams streams = new ZoneStreams(hall.runs().path(zone.uuid()), zone.log(), input);
    life.streams(streams);
    run.holder().flatMap(InputHolder::find).ifPresent(life::holder);
    run.stopBy().ifPresent(by -> life.askStop(run.thenStart()));
    Optional<Running> running =
        hall.brand(spec.brand()).find(spec, run.first().orElseThrow(), life.cgroup());
    zone.life(life);
    if (running.isEmpty()) {
      supervisor.finish(zone, life, new WaitStatus.Unknown());
      return;
    }
    life.running(running.get());
    zone.status(
        Statuses.running(
            zone.status(),
            running.get().identity().pid(),
            run,
            Health.first(spec.find(ZoneProperties.HEALTHCHECK))));
    if (life.cgroup().frozen()) {
      zone.status(Statuses.paused(zone.status(), true));
    }
    life.cgroup().limit(Limits.of(spec)); // we may have died between the limits and the record
    streams.pump(hall.streams());
    supervisor.watch(zone, life);
    run.stopBy().ifPresent(by -> stopping.resume(zone, life, by, run.thenStart()));
  }

  /** What the image says; the zone runs on without it if the image store is damaged. */
  private ImageConfig config(ZoneSpec spec) {
    try {
      return spec.find(ZoneProperties.IMAGE_UUID)
          .map(image -> hall.images().get(image.toString()).config())
          .orElse(ImageConfig.NONE);
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
      return ImageConfig.NONE;
    }
  }

  /**
   * Starts the zones that start with the host, if that was not done in this boot; in the
   * background, some at a time.
   */
  void autoboot() {
    if (hall.runs().autobooted(hall.boot())) {
      return;
    }
    List<LocalZone> wanted =
        hall.table().list().stream()
            .filter(zone -> zone.record().spec().get(ZoneProperties.AUTOBOOT))
            .filter(zone -> zone.life().isEmpty() && zone.status().failure().isEmpty())
            .toList();
    Background.run(() -> boot(wanted));
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

  /** The records that could not be taken in. */
  List<ZoneStore.Damaged> damaged() {
    return List.copyOf(damaged);
  }
}
