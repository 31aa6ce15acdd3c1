package polder.engine;

import java.time.Duration;
import java.time.Instant;
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
  private static final Duration TAKE_DOWN = Duration.ofSeconds(30);

  /** Between two tries to write what a full or read-only disk did not take. */
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

  private final Hall hall;

  Stopping(Hall hall) {
    this.hall = hall;
  }

  /**
   * Asks a zone that runs to end: signal, and when the grace is over SIGKILL to all of it. With the
   * zone's lock; it ends later.
   *
   * @param thenStart whether it is started again when it has ended
   * @return how long to wait for it, and what for
   */
  Pending ask(LocalZone zone, Life life, StopOptions options, boolean thenStart) {
    ZoneSpec spec = zone.record().spec();
    Duration grace =
        options.force()
            ? Duration.ZERO
            : options.grace().orElse(Duration.ofSeconds(spec.get(ZoneProperties.STOP_TIMEOUT)));
    boolean first = !life.stopAsked();
    life.askStop(thenStart);
    long by = Boot.uptime() + grace.toMillis();
    if (first || life.run().stopBy().filter(before -> before <= by).isEmpty()) {
      life.run(life.run().stoppingBy(by, thenStart));
      note(zone, life);
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
        throw new IllegalStateException(e); // it is only ever completed with a status
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
    life.running().ifPresent(running -> running.pidfd().signal(signal));
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

  /** Writes down whether the zone is to start with the host. */
  void wanted(LocalZone zone, boolean autoboot) {
    ZoneRecord record = zone.record();
    if (record.spec().get(ZoneProperties.AUTOBOOT) == autoboot) {
      return;
    }
    ZoneRecord changed =
        record.with(record.spec().with(ZoneProperties.AUTOBOOT, autoboot), Instant.now());
    boolean kept = false;
    try {
      hall.disk().spend(() -> hall.store().put(changed));
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
      keepLater(zone, changed);
    }
  }

  /** Writes a record once the disk can be written again; until then the zone may be autobooted. */
  private void keepLater(LocalZone zone, ZoneRecord unwritten) {
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
                keepLater(zone, unwritten);
              } finally {
                zone.operating().unlock();
              }
            });
  }
}
