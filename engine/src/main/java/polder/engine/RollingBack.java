package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Cgroup;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.StopOptions;

/**
 * Makes zones what they were at a snapshot.
 *
 * <p>The journal says so before a zone that runs is stopped, and no more before it is started
 * again: if we die in between, the next engine finishes it, and nothing that a zone wrote
 * afterwards is lost by that. That the zone is due to be started is said in the same way as after a
 * restart.
 */
final class RollingBack {
  static final String OPERATION = "rollback";
  private static final String BROKE_OFF = "its rollback broke off: %s; roll it back again";

  private final Hall hall;
  private final ZoneDatasets datasets;
  private final Stopping stopping;
  private final Supervisor supervisor;

  RollingBack(Hall hall, Supervisor supervisor, Stopping stopping) {
    this.hall = hall;
    this.datasets = new ZoneDatasets(hall.storage(), hall.volumes());
    this.stopping = stopping;
    this.supervisor = supervisor;
  }

  /**
   * Notes it, and asks a zone that runs to end; with the zone's lock. Empty if it is down.
   *
   * @param start whether it is to be started afterwards
   */
  Optional<Stopping.Pending> begin(LocalZone zone, String name, boolean force, boolean start) {
    Optional<Life> life = zone.life();
    if (life.isPresent() && !force) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '%s' runs; stop it first, or roll it back with force".formatted(zone.name()));
    }
    hall.disk().demandRoom("roll back zone '%s'".formatted(zone.name()));
    try {
      hall.executor()
          .once(
              "rollback-intend",
              "note that zone %s is being rolled back".formatted(zone.uuid()),
              () -> intend(zone, name, start));
      return life.map(now -> stopping.ask(zone, now, StopOptions.FORCED, Stopping.Then.ROLL_BACK));
    } catch (RuntimeException e) {
      withdraw(zone); // else the next engine would roll back what goes on now
      throw e;
    }
  }

  private void intend(LocalZone zone, String name, boolean start) {
    hall.journal()
        .beginSynced(
            OPERATION,
            zone.uuid(),
            Planner.rollback(zone.uuid(), name, start),
            Map.of("name", name, "start", start, "boot", hall.boot()));
  }

  /** It is not rolled back after all; with the zone's lock. */
  void withdraw(LocalZone zone) {
    hall.journal().withdraw(OPERATION, zone.uuid());
  }

  /** Rolls back a zone that is down, and starts it if it was up; with the zone's lock. */
  void finish(LocalZone zone, String name, boolean start) {
    try {
      run(zone, name, start);
    } catch (RuntimeException e) {
      giveUp(zone, start, e);
      throw e;
    }
    zone.unfit(null);
    hall.events()
        .add("zone.rollback", Optional.of(zone.uuid()), zone.name(), Map.of("snapshot", name));
    if (start) {
      supervisor.starting().again(zone, 0, 0);
    }
  }

  private void run(LocalZone zone, String name, boolean start) {
    List<Step.Back> plan = Planner.rollback(zone.uuid(), name, start);
    hall.executor().run(OPERATION, plan, (step, undo) -> work(step, undo));
  }

  private void work(Step.Back step, Undo undo) {
    switch (step) {
      case Step.Back.Restore(UUID zone, String name) -> datasets.rollback(zone, name);
      case Step.Back.Due(UUID zone) -> {
        undo.add(() -> hall.runs().remove(zone));
        hall.runs().write(zone, RunRecord.waiting(hall.boot(), Instant.now(), 0, 0, Boot.uptime()));
      }
      case Step.Back.Done(UUID zone) -> hall.journal().withdraw(OPERATION, zone);
    }
  }

  /** A zone that was up is to be up again, with whatever it has. */
  private void giveUp(LocalZone zone, boolean start, RuntimeException why) {
    try {
      withdraw(zone);
      if (start) {
        supervisor.starting().again(zone, 0, 0);
      }
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
    if (hall.journal().begun(OPERATION, zone.uuid())) {
      zone.unfit(BROKE_OFF.formatted(why.getMessage())); // what it wrote now would not stay
    }
  }

  /** What the journal says of one that was begun. */
  private record Begun(String name, boolean start, String boot) {
    static Begun read(Map<String, Object> tree) {
      Fields fields = new Fields(tree);
      return new Begun(
          polder.model.Snapshot.checkName(fields.text("name")),
          fields.flag("start"),
          fields.text("boot"));
    }
  }

  /** Ends what runs of a zone that was being stopped for it when we died. */
  void halt(Journal.Intent intent) {
    Optional<Begun> begun = hall.journal().facts(intent, Begun::read);
    if (begun.filter(Begun::start).filter(b -> b.boot().equals(hall.boot())).isPresent()) {
      Cgroup cgroup = hall.cgroup(intent.zone());
      if (cgroup.exists()) {
        cgroup.killAll();
        cgroup.delete(Ending.PATIENCE);
      }
      hall.runs().remove(intent.zone());
    }
  }

  /** Finishes one that was begun when we died; the zone is found to be due afterwards. */
  void resume(LocalZone zone, Journal.Intent intent) {
    Optional<Begun> begun = hall.journal().facts(intent, Begun::read);
    if (begun.isEmpty()) {
      return;
    }
    String name = begun.get().name();
    boolean start = begun.get().start() && begun.get().boot().equals(hall.boot());
    try {
      run(zone, name, start);
    } catch (PolderException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        zone.unfit(BROKE_OFF.formatted(e.getMessage()));
        throw e;
      }
      withdraw(zone); // the snapshot is gone: it stays what it is
    }
  }
}
