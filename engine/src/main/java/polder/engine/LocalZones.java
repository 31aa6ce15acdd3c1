package polder.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import polder.linux.Signal;
import polder.model.CloneRequest;
import polder.model.Cursor;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.Zones;

/** The zones of this machine: finds the zone that is meant, takes its lock, and has it done. */
final class LocalZones implements Zones {
  private final Hall hall;
  private final Turns turns;
  private final Creation creation;
  private final Keeping keeping;
  private final Snapping snapping;
  private final Supervisor supervisor;
  private final Stopping stopping;
  private final Updating updating;
  private final Sessions sessions;
  private final Copying copying;

  LocalZones(
      Hall hall,
      Turns turns,
      Creation creation,
      Keeping keeping,
      Snapping snapping,
      Updating updating,
      Supervisor supervisor,
      Stopping stopping) {
    this.hall = hall;
    this.turns = turns;
    this.creation = creation;
    this.keeping = keeping;
    this.snapping = snapping;
    this.supervisor = supervisor;
    this.stopping = stopping;
    this.updating = updating;
    this.sessions = new Sessions(hall, supervisor);
    this.copying = new Copying(hall);
  }

  @Override
  public Zone create(ZoneSpec spec) {
    return keeping.withRoom(spec.get(ZoneProperties.ZPOOL), () -> creation.create(spec)).view();
  }

  @Override
  public Zone clone(ZoneRef ref, CloneRequest request) {
    return turns.lockedBy(
        "clone",
        ref,
        from -> {
          request.snapshot().ifPresent(name -> snapping.demand(from, name));
          ZoneSpec spec = request.applyTo(from.record().spec());
          return keeping
              .withRoom(
                  spec.get(ZoneProperties.ZPOOL),
                  () -> creation.clone(from, request.snapshot(), spec))
              .view();
        });
  }

  @Override
  public List<String> plan(ZoneSpec spec) {
    ZoneSpec settled = creation.foresee(spec);
    List<String> sentences = new ArrayList<>();
    Planner.create(settled).forEach(step -> sentences.add(step.describe()));
    Planner.start(settled).forEach(step -> sentences.add(step.describe()));
    return List.copyOf(sentences);
  }

  @Override
  public List<Zone> list() {
    return hall.table().list().stream().filter(LocalZone::isMade).map(LocalZone::view).toList();
  }

  @Override
  public Zone get(ZoneRef zone) {
    return turns.find(zone).view();
  }

  @Override
  public UpdatePlan update(ZoneRef ref, Patch patch, boolean dryRun) {
    return turns.lockedBy("update", ref, zone -> updating.update(zone, patch, dryRun));
  }

  @Override
  public Zone start(ZoneRef ref) {
    LocalZone zone = turns.find(ref);
    return turns.locked(
        "start",
        zone,
        () -> {
          if (zone.life().isPresent()) {
            if (zone.status().state() == ZoneState.SHUTTING_DOWN) {
              throw new PolderException(
                  ErrorKind.WRONG_STATE,
                  "cannot start zone '%s': it is being stopped; wait for its end"
                      .formatted(zone.name()));
            }
            return zone.view();
          }
          hall.disk().demandWritable("start zone '%s'".formatted(zone.name()));
          supervisor.starting().asked(zone);
          return zone.view();
        });
  }

  @Override
  public Zone stop(ZoneRef ref, StopOptions options) {
    LocalZone zone = turns.find(ref);
    Optional<Stopping.Pending> pending =
        turns.locked(
            "stop",
            zone,
            () -> {
              if (zone.life().isPresent()) {
                return halt(zone, options, Stopping.Then.STAY);
              }
              stopping.stayDown(zone, supervisor.ending());
              return Optional.empty();
            });
    if (pending.isPresent()) {
      pending.get().await(zone.name());
      zone.status().failure().ifPresent(why -> refuse("stop", zone, why));
    }
    return zone.view();
  }

  private static void refuse(String verb, LocalZone zone, String why) {
    throw new PolderException(
        ErrorKind.HOST, "cannot %s zone '%s': %s; try again".formatted(verb, zone.name(), why));
  }

  /** Asks it to end, or not to be started again; with the zone's lock. */
  private Optional<Stopping.Pending> halt(LocalZone zone, StopOptions options, Stopping.Then then) {
    Optional<Life> life = zone.life();
    if (life.isPresent()) {
      Stopping.Pending pending = stopping.ask(zone, life.get(), options, then);
      hall.events().add("zone.stop", Optional.of(zone.uuid()), zone.name(), Map.of());
      return Optional.of(pending);
    }
    zone.cancelRestart();
    if (then == Stopping.Then.VANISH && supervisor.ending().isLeft(zone)) {
      supervisor.ending().clearLeftovers(zone);
    }
    return Optional.empty();
  }

  @Override
  public Zone reboot(ZoneRef ref, StopOptions options) {
    LocalZone zone = turns.find(ref);
    Optional<Stopping.Pending> pending =
        turns.locked(
            "reboot",
            zone,
            () -> {
              return halt(zone, options, Stopping.Then.START);
            });
    pending.ifPresent(end -> end.await(zone.name()));
    return turns.locked(
        "reboot",
        zone,
        () -> {
          if (zone.life().isEmpty()) {
            if (pending.isPresent()) {
              supervisor.starting().again(zone, 0, 0); // it was up: it is to be up again
            } else {
              supervisor.starting().asked(zone);
            }
          }
          return zone.view();
        });
  }

  @Override
  public void delete(ZoneRef ref, boolean force) {
    delete(
        ref,
        force,
        zone -> Duration.ofSeconds(zone.record().spec().get(ZoneProperties.KEEP_ON_DELETE)));
  }

  @Override
  public void delete(ZoneRef ref, boolean force, Duration keep) {
    DeletedZone.checkPeriod(keep);
    delete(ref, force, zone -> keep);
  }

  private void delete(ZoneRef ref, boolean force, Function<LocalZone, Duration> keep) {
    Deletion now =
        turns.lockedBy(
            "delete",
            ref,
            zone -> {
              Fate fate = keeping.fate(keep.apply(zone));
              return new Deletion(zone, fate, deleteOrHalt(zone, force, fate));
            });
    LocalZone zone = now.zone();
    Optional<Stopping.Pending> pending = now.pending();
    while (pending.isPresent()) {
      try {
        pending.get().await(zone.name());
      } catch (PolderException e) {
        now.fate().withdraw(zone);
        throw e;
      }
      pending = turns.locked("delete", zone, () -> deleteOrHalt(zone, force, now.fate()));
    }
  }

  /** A zone that is being deleted, and what has to end first; nothing if it is gone. */
  private record Deletion(LocalZone zone, Fate fate, Optional<Stopping.Pending> pending) {}

  private Optional<Stopping.Pending> deleteOrHalt(LocalZone zone, boolean force, Fate fate) {
    for (Property<Boolean> held :
        List.of(ZoneProperties.INDESTRUCTIBLE_ZONEROOT, ZoneProperties.INDESTRUCTIBLE_DELEGATED)) {
      if (zone.record().spec().get(held)) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "zone '%s' is indestructible; set %s to false first"
                .formatted(zone.name(), held.name()));
      }
    }
    if (zone.life().isPresent() && !force) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '%s' runs; stop it first, or delete it with force".formatted(zone.name()));
    }
    hall.disk().demandWritable("delete zone '%s'".formatted(zone.name()));
    fate.intend(zone); // before it is stopped: to be deleted is more than to be down
    Optional<Stopping.Pending> pending;
    try {
      pending = halt(zone, StopOptions.FORCED, Stopping.Then.VANISH);
    } catch (RuntimeException e) {
      fate.withdraw(zone);
      throw e;
    }
    if (pending.isEmpty()) {
      fate.carryOut(zone);
    }
    return pending;
  }

  @Override
  public void kill(ZoneRef ref, String signal) {
    Signal wanted = Sessions.signal(signal);
    LocalZone zone = turns.find(ref);
    turns.locked(
        "signal",
        zone,
        () -> {
          Life life = zone.demandRunning("signal");
          hall.events()
              .add(
                  "zone.kill",
                  Optional.of(zone.uuid()),
                  zone.name(),
                  Map.of("signal", wanted.text()));
          hall.executor()
              .once(
                  "kill",
                  "send %s to zone %s".formatted(wanted.text(), zone.uuid()),
                  () -> life.running().orElseThrow().pidfd().signal(wanted));
          return zone;
        });
  }

  @Override
  public Zone pause(ZoneRef ref) {
    return pause(ref, true);
  }

  @Override
  public Zone resume(ZoneRef ref) {
    return pause(ref, false);
  }

  private Zone pause(ZoneRef ref, boolean paused) {
    String verb = paused ? "pause" : "resume";
    LocalZone zone = turns.find(ref);
    return turns.locked(
        verb,
        zone,
        () -> {
          Life life = zone.demandRunning(verb);
          if (paused && zone.status().state() == ZoneState.SHUTTING_DOWN) {
            throw new PolderException(
                ErrorKind.WRONG_STATE,
                "cannot pause zone '%s': it is being stopped".formatted(zone.name()));
          }
          if (zone.status().paused() != paused) {
            hall.executor().run(verb, Planner.hold(zone.uuid(), paused), hold(life));
            zone.status(Statuses.paused(zone.status(), paused));
            hall.events().add("zone." + verb, Optional.of(zone.uuid()), zone.name(), Map.of());
          }
          return zone.view();
        });
  }

  private static Executor.Worker<Step.Hold> hold(Life life) {
    return (step, undo) -> {
      switch (step) {
        case Step.Hold.Freeze(UUID uuid) -> {
          undo.add(() -> life.cgroup().thaw());
          life.cgroup().freeze(Ending.PATIENCE);
        }
        case Step.Hold.Thaw(UUID uuid) -> {
          undo.add(() -> life.cgroup().freeze(Ending.PATIENCE));
          life.cgroup().thaw();
        }
      }
    };
  }

  @Override
  public ExitStatus await(ZoneRef ref) {
    LocalZone zone = turns.find(ref);
    Optional<Life> life = zone.life();
    if (life.isPresent()) {
      return Awaiting.of(life.get().ended());
    }
    return zone.status().exit().orElse(ExitStatus.UNKNOWN);
  }

  @Override
  public Session exec(ZoneRef ref, ExecSpec spec) {
    LocalZone zone = turns.find(ref);
    return turns.locked(
        "run a program in",
        zone,
        () -> {
          Life life = zone.demandAwake("run a program in");
          return sessions.exec(zone, life, spec);
        });
  }

  @Override
  public Session attach(ZoneRef ref) {
    LocalZone zone = turns.find(ref);
    return turns.locked("attach to", zone, () -> sessions.attach(zone));
  }

  @Override
  public Cursor<LogLine> logs(ZoneRef ref, LogQuery query) {
    LocalZone zone = turns.find(ref);
    return new LogCursor(zone.log(), query);
  }

  @Override
  public void copyIn(ZoneRef ref, String directory, InputStream tar) {
    LocalZone zone = turns.find(ref);
    copying.in(zone, directory, tar);
  }

  @Override
  public void copyOut(ZoneRef ref, String path, OutputStream tar) {
    LocalZone zone = turns.find(ref);
    copying.out(zone, path, tar);
  }
}
