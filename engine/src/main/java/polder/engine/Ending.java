package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.SyscallException;
import polder.linux.WaitStatus;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneState;

/** Takes down what a run of a zone left when its first process has ended. */
final class Ending {
  /** For processes that were killed to be gone: some may be in the middle of a disk write. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;

  Ending(Hall hall) {
    this.hall = hall;
  }

  /**
   * Takes the run down; with the zone's lock. The zone is down afterwards, or FAILED if something
   * of it cannot be removed.
   *
   * @param end how the first process ended
   * @return how the run ended
   */
  ExitRecord end(LocalZone zone, Life life, WaitStatus end) {
    ExitRecord exit =
        new ExitRecord(
            new ExitStatus(end.shellCode()),
            Instant.now(),
            oomKilled(life),
            life.run().restarts(),
            life.booted(),
            Optional.of(life.run().boot()));
    Optional<String> left = clear(zone, life, exit);
    zone.life(null);
    zone.status(Statuses.ended(zone.status(), exit));
    left.ifPresent(what -> zone.status(Statuses.failed(zone.status(), what)));
    hall.events()
        .add(
            "zone.exit",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("exit_status", (long) exit.status().code(), "oom_killed", exit.oomKilled()));
    return exit;
  }

  private Optional<String> clear(LocalZone zone, Life life, ExitRecord exit) {
    try {
      hall.executor()
          .runAll("stop", Planner.clear(zone.uuid()), (step, none) -> work(zone, life, exit, step));
      return Optional.empty();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "zone " + zone.name() + " could not be taken down", e);
      return Optional.of("it ended, but not all of it could be taken down: " + e.getMessage());
    } finally {
      life.letGo();
    }
  }

  private void work(LocalZone zone, Life life, ExitRecord exit, Step.Clear step) {
    switch (step) {
      case Step.Clear.Processes(UUID uuid) -> {
        if (life.cgroup().exists()) {
          life.cgroup().killAll();
          if (!life.cgroup().awaitEmpty(PATIENCE)) {
            throw new PolderException(
                ErrorKind.HOST,
                "processes %s of zone %s cannot be killed; they wait in the kernel"
                    .formatted(life.cgroup().pids(), uuid));
          }
        }
      }
      case Step.Clear.Streams(UUID uuid) -> {
        life.holder().ifPresent(InputHolder::end);
        life.streams().ifPresent(ZoneStreams::drain);
        life.terminal().ifPresent(TerminalLog::drain);
        zone.log().end();
        zone.log().rest();
      }
      case Step.Clear.Cgroup(UUID uuid) -> life.cgroup().remove(PATIENCE);
      case Step.Clear.Exit(UUID uuid) -> noteExit(uuid, exit);
      case Step.Clear.RunFile(UUID uuid) -> {
        life.streams().ifPresent(ZoneStreams::close);
        hall.runs().remove(uuid);
      }
    }
  }

  private void noteExit(UUID zone, ExitRecord exit) {
    try {
      hall.disk().spend(() -> hall.store().noteExit(zone, exit));
    } catch (SyscallException e) {
      // no room, or a disk that cannot be written: it is known for as long as we live
      LOG.log(System.Logger.Level.WARNING, "the exit status of a zone could not be kept", e);
    }
  }

  private static boolean oomKilled(Life life) {
    try {
      return life.cgroup().oomKills().orElse(0) > 0;
    } catch (SyscallException e) {
      return false; // the group was removed while we asked
    }
  }

  /**
   * Takes down what a zone left in this boot of which nothing runs any more, or nothing ever did.
   */
  void clearLeftovers(LocalZone zone) {
    RunRecord run = RunRecord.starting(hall.boot(), Instant.now(), 0, 0);
    Life life = new Life(hall.cgroup(zone.uuid()), ImageConfig.NONE, run);
    for (Step.Clear step : Planner.clear(zone.uuid())) {
      if (!(step instanceof Step.Clear.Exit)) {
        work(
            zone,
            life,
            new ExitRecord(
                ExitStatus.UNKNOWN, run.booted(), false, 0, run.booted(), Optional.empty()),
            step);
      }
    }
    zone.state(ZoneState.INSTALLED);
  }
}
