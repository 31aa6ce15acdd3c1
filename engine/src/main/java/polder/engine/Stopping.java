package polder.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Asks zones to end, and sees to it that they do. */
final class Stopping {
  /** Beyond the grace: for killed processes to be gone and everything to be taken down. */
  private static final Duration TAKE_DOWN = Duration.ofSeconds(15);

  /** Between two tries to write what a full or read-only disk did not take. */
  private final Hall hall;

  Stopping(Hall hall) {
    this.hall = hall;
  }

  /**
   * Asks a zone that runs to end: signal, and when the grace is over SIGKILL to all of it. With the
   * zone's lock; it ends later.
   *
   * @param then what becomes of it when it has ended
   * @return how long to wait for it, and what for
   */
  Pending ask(LocalZone zone, Life life, StopOptions options, Then then) {
    ZoneSpec spec = zone.record().spec();
    Duration grace = options.force() ? Duration.ZERO : options.grace().orElseGet(spec::grace);
    boolean first = !life.stopAsked();
    long by = Boot.uptime() + grace.toMillis();
    boolean sooner = first || life.run().stopBy().filter(before -> before <= by).isEmpty();
    decide(zone, life, sooner ? by : life.run().stopBy().orElse(by), then);
    if (sooner) {
      if (!grace.isZero()) {
        life.deadline(hall.timers().after(grace, () -> expire(zone, life)));
      }
    }
    zone.state(ZoneState.SHUTTING_DOWN);
    if (grace.isZero()) {
      kill(life);
    } else if (first) {
      signal(life, signal(spec, life));
    }
    return new Pending(life.over(), grace.plus(TAKE_DOWN));
  }

  /** What becomes of a zone that is asked to end. */
  enum Then {
    /** It stays down, also when the host starts. */
    STAY,
    /** It is started again. */
    START,
    /** It is rolled back, and started again by who does that. */
    ROLL_BACK,
    /** It is deleted. */
    VANISH
  }

  /** Notes that it is to end: wholly, or it goes on as if nobody had asked. */
  private void decide(LocalZone zone, Life life, long by, Then then) {
    RunRecord before = life.run();
    boolean asked = life.stopAsked();
    boolean startBefore = life.thenStart();
    try {
      life.askStop(then == Then.START);
      life.run(before.stoppingBy(by, then == Then.START));
      hall.executor()
          .once(
              "stop-ask",
              "note by when zone %s must be gone".formatted(zone.uuid()),
              () -> note(zone, life));
      if (then == Then.STAY) {
        Autoboot.note(hall, zone, false);
      }
    } catch (RuntimeException e) {
      life.run(before);
      life.askedStop(asked, startBefore);
      note(zone, life);
      throw e;
    }
  }

  /**
   * Sees to it that a zone that is down, and waits for its restart, stays down; with its lock.
   *
   * @param ending takes down what is there for the restart, or left of a run before
   */
  void stayDown(LocalZone zone, Ending ending) {
    Optional<RunRecord> waiting = hall.runs().read(zone.uuid());
    waiting.ifPresent(
        run ->
            hall.executor()
                .once(
                    "stop-ask",
                    "note that zone %s stays down".formatted(zone.uuid()),
                    () -> hall.runs().write(zone.uuid(), run.stoppingBy(Boot.uptime(), false))));
    Autoboot.note(hall, zone, false);
    if (ending.isLeft(zone)) {
      ending.clearLeftovers(zone);
    }
    zone.cancelRestart();
  }

  /**
   * A zone that was asked to end.
   *
   * @param over told when it has
   * @param patience how long that may take
   */
  record Pending(CompletableFuture<ExitStatus> over, Duration patience) {
    /** Waits for it; without the zone's lock. */
    void await(String name) {
      try {
        over.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        throw new PolderException(
            ErrorKind.TIMED_OUT,
            "zone '%s' did not end within %d s; it is being killed, look again"
                .formatted(name, patience.toSeconds()),
            e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PolderException(
            ErrorKind.TIMED_OUT,
            "interrupted while waiting for zone '%s' to end".formatted(name),
            e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof PolderException told) {
          throw told; // the host was closed
        }
        throw new IllegalStateException(e); // else it is only ever completed with a status
      }
    }
  }

  /** Goes on with a stop that was pending when we died; with the zone's lock. */
  void resume(LocalZone zone, Life life, long stopBy, boolean thenStart) {
    life.askStop(thenStart);
    zone.state(ZoneState.SHUTTING_DOWN);
    signal(life, signal(zone.record().spec(), life)); // it may not have been sent
    Duration left = Duration.ofMillis(Math.max(0, stopBy - Boot.uptime()));
    life.deadline(hall.timers().after(left, () -> expire(zone, life)));
  }

  private void expire(LocalZone zone, Life life) {
    zone.operating().lock();
    try {
      if (zone.life().filter(now -> now == life).isPresent()) {
        kill(life);
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private static void kill(Life life) {
    life.cgroup().killAll();
    thaw(life); // version 1 holds the killed back until they are thawed
  }

  private static void signal(Life life, Signal signal) {
    life.running().ifPresent(running -> running.askToEnd(signal));
    thaw(life);
  }

  private static void thaw(Life life) {
    try {
      if (life.cgroup().frozen()) {
        life.cgroup().thaw();
      }
    } catch (SyscallException e) {
      if (life.cgroup().exists()) {
        throw e;
      }
    }
  }

  private void note(LocalZone zone, Life life) {
    try {
      hall.runs().write(zone.uuid(), life.run());
    } catch (SyscallException e) {
      // no room in memory: the stop is not enforced if we die before it is done
      hall.events()
          .add(
              "zone.warning",
              Optional.of(zone.uuid()),
              zone.name(),
              Map.of("warnings", List.of(String.valueOf(e.getMessage()))));
    }
  }

  private static Signal signal(ZoneSpec spec, Life life) {
    String standard = spec.has(ZoneProperties.INIT_NAME) ? "RTMIN+3" : "TERM"; // systemd(1)
    String name =
        spec.find(ZoneProperties.STOP_SIGNAL).or(() -> life.config().stopSignal()).orElse(standard);
    return Signal.parse(name)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.INVALID, "stop_signal '%s' is no signal".formatted(name)));
  }
}
