package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import polder.brand.IdRange;
import polder.brand.Running;
import polder.linux.Cgroup;
import polder.linux.IdMap;
import polder.linux.ProcessIdentity;
import polder.linux.SyscallException;
import polder.linux.UserNamespace;
import polder.linux.WaitStatus;
import polder.model.ExitStatus;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Looks at the world when the engine starts, and takes over what it finds. */
final class Takeover {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final Creation creation;
  private final Supervisor supervisor;
  private final Stopping stopping;
  private final Snapping snapping;
  private final RollingBack rollingBack;
  private final Further further;
  private final Plugging plugging;
  private final LocalVolumes volumes;
  private final LocalFirewall firewall;
  private final List<ZoneStore.Damaged> damaged = new ArrayList<>();

  Takeover(
      Hall hall,
      Creation creation,
      Supervisor supervisor,
      Stopping stopping,
      Snapping snapping,
      RollingBack rollingBack,
      Further further,
      Plugging plugging,
      LocalVolumes volumes,
      LocalFirewall firewall) {
    this.further = further;
    this.plugging = plugging;
    this.hall = hall;
    this.creation = creation;
    this.supervisor = supervisor;
    this.stopping = stopping;
    this.snapping = snapping;
    this.rollingBack = rollingBack;
    this.volumes = volumes;
    this.firewall = firewall;
  }

  /** Brings everything up to the present; afterwards the engine may be asked. */
  void run() {
    volumes.admit();
    List<Journal.Intent> unfinished = hall.journal().unfinished();
    for (Journal.Intent intent : unfinished) {
      guarded("finish " + intent.operation() + " of " + intent.zone(), () -> recover(intent));
    }
    volumes.limit();
    ZoneStore.Scan scan = hall.store().scan();
    for (ZoneStore.Damaged record : scan.damaged()) {
      damaged.add(record);
      hall.events()
          .add(
              "zone.quarantine",
              Optional.empty(),
              record.name(),
              Map.of("reason", record.reason()));
    }
    Set<UUID> unknown = new TreeSet<>(hall.runs().list());
    scan.whole().stream()
        .filter(record -> record.kept().isPresent())
        .forEach(record -> guarded("keep deleted zone " + record.uuid(), () -> keep(record)));
    scan.whole().stream()
        .filter(record -> record.kept().isEmpty())
        // where two claim the same, it is that one's who runs
        .sorted(Comparator.comparing(record -> !unknown.contains(record.uuid())))
        .forEach(record -> guarded("admit zone " + record.uuid(), () -> admit(record)));
    guarded("put the firewall in force", () -> guard(unknown));
    guarded("take back snapshots that broke off", snapping::sweep);
    for (Journal.Intent intent : unfinished) {
      switch (intent.operation()) {
        case RollingBack.OPERATION ->
            bringBack(intent, "finish its rollback", zone -> rollingBack.resume(zone, intent));
        case Further.OPERATION ->
            bringBack(intent, "take back what came", zone -> further.resume(zone, intent));
        default -> {} // done by now
      }
    }
    guarded("bring pools' records up to date", this::copy);
    for (LocalZone zone : hall.table().list()) {
      snapping.lookFirst(zone);
      boolean noted = unknown.remove(zone.uuid()) || hall.runs().has(zone.uuid());
      if (noted || hall.cgroup(zone.uuid()).exists()) {
        attempt(zone, "take over what runs", () -> resume(zone));
      }
    }
    for (Journal.Intent intent : unfinished) {
      if (intent.operation().equals(Plugging.OPERATION)) { // now that it is known what runs
        bringBack(intent, "finish the change of its cards", zone -> plugging.resume(zone, intent));
      }
    }
    guarded(
        "bring network cards up to date",
        () -> hall.networks().switchboard().settle(damaged.isEmpty()));
    guarded("put balances in force", hall.balances()::begin);
    unknown.forEach(zone -> guarded("clear what is left of zone " + zone, () -> stranger(zone)));
  }

  /** What pools say of whose datasets are is what the state says, whatever we died of. */
  private void copy() {
    hall.table().all().forEach(zone -> hall.store().copy(zone.record()));
    hall.volumes().list().forEach(hall.volumeStore()::copy);
    hall.storage().sync();
  }

  /** Rules are in force again, whatever became of them meanwhile, before anything is started. */
  private void guard(Set<UUID> running) {
    boolean due =
        hall.table().list().stream()
            .anyMatch(
                zone ->
                    running.contains(zone.uuid()) && HostFirewall.isGuarded(zone.record().spec()));
    if (due || hall.firewall().isThere()) {
      hall.firewall().follow();
    }
  }

  /** A step that must not keep the engine from starting, whatever it finds. */
  private void guarded(String what, Runnable work) {
    try {
      hall.executor().once("takeover", what, work);
    } catch (PolderException | SyscallException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot %s: %s".formatted(what, e.getMessage()));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot " + what, e);
    }
  }

  /** As {@link #guarded}, for one zone, which has failed if it fails: nothing of it is touched. */
  private void attempt(LocalZone zone, String what, Runnable work) {
    guarded(
        what + " of zone " + zone.name(),
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            fail(zone, "cannot %s: %s".formatted(what, e.getMessage()));
            throw e;
          }
        });
  }

  private void fail(LocalZone zone, String why) {
    zone.status(Statuses.failed(zone.status(), why));
    hall.events().add("zone.fail", Optional.of(zone.uuid()), zone.name(), Map.of("reason", why));
  }

  private void recover(Journal.Intent intent) {
    if (LocalVolumes.isAbout(intent)) {
      volumes.recover(intent);
      return;
    }
    if (LocalFirewall.isAbout(intent)) {
      firewall.recover(intent);
      return;
    }
    StandStill.end(hall, intent); // before anything else looks at them
    switch (intent.operation()) {
      case Snapping.OPERATION -> snapping.recover(intent);
      case RollingBack.OPERATION -> rollingBack.halt(intent);
      case Likenesses.OPERATION -> Likenesses.recover(hall, intent);
      case Further.OPERATION, Plugging.OPERATION -> {} // when what they are about is known
      default -> undo(intent);
    }
  }

  private void undo(Journal.Intent intent) {
    // what was half deleted or half made was down: if anything runs, it is of a start before
    forget(intent.zone());
    creation.recover(intent);
  }

  /** The zone becomes now what the intent says; its pool is known by now. */
  private void bringBack(Journal.Intent intent, String what, Consumer<LocalZone> work) {
    Optional<LocalZone> found = hall.table().find(intent.zone());
    found.ifPresent(zone -> attempt(zone, what, () -> work.accept(zone)));
    if (found.isEmpty() && damaged.isEmpty()) {
      hall.journal().done(intent); // it was deleted
    }
  }

  /** A zone that is not in the table: deleted, or one whose record is damaged and that runs on. */
  private void stranger(UUID uuid) {
    boolean hasRecord =
        damaged.stream().map(ZoneStore.Damaged::name).anyMatch(uuid.toString()::equals)
            || hall.store().aside().stream()
                .map(ZoneStore::before)
                .anyMatch(uuid.toString()::equals);
    Optional<ProcessIdentity> first = Optional.empty();
    if (hasRecord && hall.cgroup(uuid).exists()) {
      first = ProcessIdentity.firstIn(hall.cgroup(uuid));
    }
    if (first.isPresent()) {
      keepIds(first.get());
    } else {
      forget(uuid);
    }
  }

  /** No other zone may get the ids of one that runs. */
  private void keepIds(ProcessIdentity first) {
    for (IdMap.Extent ids : UserNamespace.users(first.pid()).extents()) {
      if (ids.outside() >= IdRanges.FIRST && ids.count() == IdRanges.COUNT) {
        var _ = hall.ids().take(new IdRange(ids.outside(), IdRanges.COUNT));
      }
    }
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

  /** A zone that was deleted; if we died before it was stopped, that is done now. */
  private void keep(ZoneRecord record) {
    hall.table().keep(Keeping.zone(hall, record));
    forget(record.uuid());
  }

  private void admit(ZoneRecord record) {
    UUID uuid = record.uuid();
    LocalZone zone =
        new LocalZone(
            record,
            Statuses.down(record, hall.store().exit(uuid)),
            hall.store().path(uuid).toString());
    hall.table().admit(zone);
    hall.networks().leases().keep(record.spec());
    attempt(zone, "open the log", () -> zone.log(Logs.open(hall, uuid)));
    Optional<IdRange> ids = record.ids();
    if (ids.isPresent() && !hall.ids().take(ids.get())) {
      zone.unfit("its ids from %d are another zone's too; delete it".formatted(ids.get().base()));
      fail(zone, zone.unfit().orElseThrow());
      return;
    }
    attempt(
        zone,
        "find the root",
        () -> {
          if (hall.storage().find(uuid).isEmpty()) {
            zone.status(Statuses.failed(zone.status(), "its dataset is gone; delete it"));
          } else {
            Creation.setQuota(hall, record.spec()); // we may have died before it was recorded
          }
        });
  }

  /** A zone that was meant to run when we ended, or that does. */
  private void resume(LocalZone zone) {
    zone.operating().lock();
    try {
      Optional<RunRecord> run = known(zone);
      boolean thisBoot = run.filter(known -> known.boot().equals(hall.boot())).isPresent();
      if (run.isEmpty() || thisBoot) {
        hall.networks().admit(zone.record().spec());
      }
      if (run.isEmpty()) {
        clear(zone); // it died with its first file unwritten
      } else if (!thisBoot) {
        endedWithTheHost(zone, run.get());
      } else if (run.get().startAt().isPresent() && run.get().stopBy().isPresent()) {
        Autoboot.note(hall, zone, false); // its owner stopped it while it waited
        clear(zone);
      } else if (run.get().first().isEmpty() && run.get().startAt().isPresent()) {
        startAgain(zone, run.get(), run.get().startAt().get());
      } else if (run.get().first().isEmpty()) {
        neverStarted(zone, run.get());
      } else {
        find(zone, run.get());
      }
    } finally {
      zone.operating().unlock();
    }
  }

  /** We died while it was being started: it is as it was before. */
  private void neverStarted(LocalZone zone, RunRecord run) {
    if (run.anew()) {
      Autoboot.note(hall, zone, false);
    }
    clear(zone);
  }

  /** What is known of a zone's run; if the file is damaged or gone, what is seen of it. */
  private Optional<RunRecord> known(LocalZone zone) {
    Optional<RunRecord> noted = hall.runs().read(zone.uuid());
    if (noted.isPresent() || !hall.cgroup(zone.uuid()).exists()) {
      return noted;
    }
    Optional<RunRecord> seen =
        ProcessIdentity.firstIn(hall.cgroup(zone.uuid()))
            .filter(first -> !first.isWaiting()) // else we died before we had told it to start
            .map(
                first ->
                    RunRecord.starting(hall.boot(), started(first), 0, 0)
                        .with(first, Optional.empty()));
    seen.ifPresent(
        run -> {
          hall.runs().write(zone.uuid(), run);
          warn(zone, "its run file was damaged or gone, and is written anew from what is seen");
        });
    return seen;
  }

  private static Instant started(ProcessIdentity first) {
    return ProcessHandle.of(first.pid())
        .flatMap(process -> process.info().startInstant())
        .orElseGet(Instant::now);
  }

  private void warn(LocalZone zone, String warning) {
    hall.events()
        .add(
            "zone.warning",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("warnings", List.of(warning)));
  }

  private void clear(LocalZone zone) {
    supervisor.ending().clearLeftovers(zone);
  }

  /** Another boot's pids and control groups mean nothing now, and nobody saw the zone end. */
  private void endedWithTheHost(LocalZone zone, RunRecord run) {
    hall.runs().remove(zone.uuid());
    if (run.first().isPresent()) {
      ExitRecord exit =
          new ExitRecord(
              ExitStatus.UNKNOWN,
              Instant.now(),
              false,
              run.restarts(),
              run.booted(),
              Optional.of(run.boot()));
      hall.store().noteExit(zone.uuid(), exit);
      zone.log().end();
      zone.log().rest();
      zone.status(Statuses.ended(zone.status(), exit));
    }
  }

  private void startAgain(LocalZone zone, RunRecord run, long due) {
    Duration left = Duration.ofMillis(Math.max(0, due - Boot.uptime()));
    supervisor.startLater(zone, left, run.restarts(), run.inARow());
  }

  private void find(LocalZone zone, RunRecord run) {
    Life life = new Life(hall.cgroup(zone.uuid()), config(zone.record()), run);
    try {
      find(zone, life);
    } catch (RuntimeException e) {
      zone.life(null);
      life.letGo(); // it runs on as it is
      throw e;
    }
  }

  private void find(LocalZone zone, Life life) {
    ZoneSpec spec = zone.record().spec();
    RunRecord run = life.run();
    Optional<Running> running =
        hall.brand(spec.brand()).find(spec, run.first().orElseThrow(), life.cgroup());
    running.ifPresent(life::running);
    boolean input = spec.get(ZoneProperties.OPEN_STDIN) && !spec.get(ZoneProperties.TTY);
    ZoneStreams streams =
        new ZoneStreams(
            hall.runs().path(zone.uuid()), zone.log(), input, Optional.of(life.cgroup()));
    life.streams(streams);
    run.holder().flatMap(InputHolder::find).ifPresent(life::holder);
    run.stopBy().ifPresent(by -> life.askStop(run.thenStart()));
    if (run.stopBy().isPresent() && !run.thenStart()) {
      Autoboot.note(hall, zone, false); // we may have died before it was
    }
    if (running.isEmpty() && !run.isSettled()) {
      life.letGo();
      run.startAt()
          .ifPresentOrElse(due -> startAgain(zone, run, due), () -> neverStarted(zone, run));
      return;
    }
    zone.life(life);
    if (running.isEmpty()) {
      Optional<ExitRecord> known =
          hall.store().exit(zone.uuid()).filter(exit -> exit.booted().equals(run.booted()));
      WaitStatus end = new WaitStatus.Unknown();
      supervisor.finish(
          zone, life, end, known.orElseGet(() -> supervisor.ending().exit(life, end)));
      return;
    }
    if (!run.isSettled()) {
      life.run(run.settled());
      hall.runs().write(zone.uuid(), life.run());
    }
    zone.status(
        Statuses.running(
            zone.status(),
            running.get().identity().pid(),
            run,
            Health.first(Health.check(spec, life.config()))));
    if (life.cgroup().frozen()) {
      zone.status(Statuses.paused(zone.status(), true));
    }
    life.cgroup().limit(Limits.of(spec)); // we may have died between the limits and the record
    streams.pump(hall.streams());
    hall.metadata().resume(zone, life);
    supervisor.watch(zone, life);
    run.stopBy().ifPresent(by -> stopping.resume(zone, life, by, run.thenStart()));
  }

  /** What the image says; the zone runs on without it if the image store is damaged. */
  private ImageConfig config(ZoneRecord record) {
    try {
      return hall.config(record);
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
      return ImageConfig.NONE;
    }
  }

  /** The records that could not be taken in. */
  List<ZoneStore.Damaged> damaged() {
    return List.copyOf(damaged);
  }
}
