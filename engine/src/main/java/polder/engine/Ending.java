package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import polder.linux.Cgroup;
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

  /** The same of who should be gone by now; it is tried again later. */
  private static final Duration SOON = Duration.ofMillis(100);

  private static final String LEFT = "it ended, but not all of it could be taken down: ";
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final Leftovers leftovers;

  Ending(Hall hall, Leftovers leftovers) {
    this.hall = hall;
    this.leftovers = leftovers;
  }

  /** How a run ended whose first process ended as {@code end} says; asked before it is cleared. */
  ExitRecord exit(Life life, WaitStatus end) {
    return new ExitRecord(
        new ExitStatus(end.shellCode()),
        Instant.now(),
        oomKilled(life),
        life.run().restarts(),
        life.booted(),
        Optional.of(life.run().boot()));
  }

  /**
   * Takes the run down; with the zone's lock. The zone is down afterwards, or FAILED if something
   * of it cannot be removed: that is tried again until it can, or the zone is started. Who waits
   * for its end is told as soon as that is noted, unless another start is to be noted with it.
   *
   * @param next the start that is due after it: noted in one step with its end, so that our death
   *     does not come between
   */
  void end(LocalZone zone, Life life, ExitRecord exit, Optional<RunRecord> next) {
    Optional<String> left = clear(zone, life, exit, next);
    if (zone.life().isPresent()) {
      down(zone, exit);
    }
    if (left.isPresent()) {
      zone.status(Statuses.failed(zone.status(), left.get()));
      if (next.isEmpty()) {
        leftovers.later("take down what zone %s left".formatted(zone.uuid()), () -> again(zone));
      }
    }
  }

  private void again(LocalZone zone) {
    if (!zone.operating().tryLock()) {
      throw new PolderException(ErrorKind.WRONG_STATE, "somebody is at work on it");
    }
    try {
      if (!zone.vanished() && zone.life().isEmpty() && hasFailed(zone)) {
        Cgroup group = hall.cgroup(zone.uuid());
        if (group.exists() && group.populated()) {
          kill(group, zone.uuid(), SOON);
        }
        clearLeftovers(zone);
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private static void kill(Cgroup group, UUID zone, Duration patience) {
    group.killAll();
    if (!group.awaitEmpty(patience)) {
      throw new PolderException(
          ErrorKind.HOST,
          "processes %s of zone %s cannot be killed; they wait in the kernel"
              .formatted(group.pids(), zone));
    }
  }

  private void down(LocalZone zone, ExitRecord exit) {
    zone.life(null);
    zone.status(Statuses.ended(zone.status(), exit));
    hall.events()
        .add(
            "zone.exit",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("exit_status", (long) exit.status().code(), "oom_killed", exit.oomKilled()));
  }

  /** Tells those who wait for the end of a run, unless they were told. */
  static void tell(LocalZone zone, Life life, ExitRecord exit) {
    if (life.ended().complete(exit.status())) {
      zone.ended(exit.status());
    }
  }

  private Optional<String> clear(
      LocalZone zone, Life life, ExitRecord exit, Optional<RunRecord> next) {
    AtomicBoolean still = new AtomicBoolean();
    try {
      hall.executor()
          .runAll(
              "stop",
              Planner.clear(zone.uuid(), hall.networks().isPlugged(zone.uuid())),
              (step, none) -> {
                work(zone, life, exit, next, step);
                if (step instanceof Step.Clear.Processes) {
                  still.set(true);
                } else if (step instanceof Step.Clear.Exit && still.get() && next.isEmpty()) {
                  down(zone, exit);
                  tell(zone, life, exit);
                }
              });
      return Optional.empty();
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "zone %s could not be taken down: %s".formatted(zone.name(), told(e)));
      return Optional.of(LEFT + told(e));
    } finally {
      life.letGo();
    }
  }

  private static String told(RuntimeException failure) {
    StringBuilder all = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable more : failure.getSuppressed()) {
      all.append("; ").append(more.getMessage());
    }
    return all.toString();
  }

  /** Whether something of a zone that is down is still there. */
  boolean isLeft(LocalZone zone) {
    return hasFailed(zone) || hall.runs().has(zone.uuid()) || hall.cgroup(zone.uuid()).exists();
  }

  private static boolean hasFailed(LocalZone zone) {
    return zone.status().failure().filter(why -> why.startsWith(LEFT)).isPresent();
  }

  private void work(
      LocalZone zone, Life life, ExitRecord exit, Optional<RunRecord> next, Step.Clear step) {
    switch (step) {
      case Step.Clear.Processes(UUID uuid) -> {
        if (life.cgroup().populated()) {
          kill(life.cgroup(), uuid, PATIENCE);
        }
      }
      case Step.Clear.Streams(UUID uuid) -> {
        life.holder().ifPresent(InputHolder::end);
        life.streams().ifPresent(ZoneStreams::drain);
        life.terminal().ifPresent(TerminalLog::drain);
        zone.log().end();
        zone.log().rest();
      }
      case Step.Clear.Vnics(UUID uuid) -> hall.networks().unplug(uuid);
      case Step.Clear.Cgroup(UUID uuid) -> life.cgroup().remove(PATIENCE);
      case Step.Clear.Exit(UUID uuid) -> noteExit(uuid, exit);
      case Step.Clear.RunFile(UUID uuid) -> {
        life.streams().ifPresent(ZoneStreams::close);
        next.ifPresentOrElse(
            start -> hall.runs().write(uuid, start), () -> hall.runs().remove(uuid));
      }
    }
  }

  private void noteExit(UUID zone, ExitRecord exit) {
    try {
      hall.disk().spend(() -> hall.store().noteExit(zone, exit));
    } catch (SyscallException e) {
      // no room, or a disk that cannot be written: it is known for as long as we live
      LOG.log(
          System.Logger.Level.WARNING,
          "how zone %s ended could not be kept: %s".formatted(zone, e.getMessage()));
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
    ExitRecord none =
        new ExitRecord(ExitStatus.UNKNOWN, run.booted(), false, 0, run.booted(), Optional.empty());
    List<Step.Clear> plan =
        Planner.clear(zone.uuid(), hall.networks().isPlugged(zone.uuid())).stream()
            .filter(step -> !(step instanceof Step.Clear.Exit))
            .toList();
    hall.executor()
        .runAll("clear", plan, (step, undo) -> work(zone, life, none, Optional.empty(), step));
    zone.state(ZoneState.INSTALLED);
  }
}
