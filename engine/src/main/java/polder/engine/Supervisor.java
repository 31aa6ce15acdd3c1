package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import polder.brand.Running;
import polder.linux.Epoll;
import polder.linux.Pidfd;
import polder.linux.WaitStatus;
import polder.model.PolderException;
import polder.model.ZoneProperties;

/**
 * Sees zones end, and does what is due then: takes them down, starts them again, enforces stops.
 *
 * <p>One thread waits for all of them; each end is dealt with on a virtual thread of its own, since
 * it needs the zone's lock.
 */
final class Supervisor {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final Ending ending;
  private final Starting starting;
  private final Map<Pidfd, CompletableFuture<WaitStatus>> awaited = new ConcurrentHashMap<>();

  Supervisor(Hall hall, Leftovers leftovers) {
    this.hall = hall;
    this.ending = new Ending(hall, leftovers);
    this.starting = new Starting(hall, this);
  }

  Starting starting() {
    return starting;
  }

  Ending ending() {
    return ending;
  }

  /** Watches over a run from now on; with the zone's lock. */
  void watch(LocalZone zone, Life life) {
    Running running = life.running().orElseThrow();
    life.watched(
        hall.ends()
            .watch(
                running.pidfd().fd(),
                Epoll.READABLE,
                true,
                () -> Background.run(() -> ended(zone, life))));
    running
        .terminal()
        .ifPresent(fd -> life.terminal(new TerminalLog(hall, fd.duplicate(), zone.log())));
    checkHealth(zone, life);
  }

  /** Begins to ask the zone how it is, or stops asking; with the zone's lock. */
  void checkHealth(LocalZone zone, Life life) {
    Health.check(zone.record().spec(), life.config())
        .ifPresent(check -> life.health(new Health(hall, zone, life, check)));
  }

  /** Told when {@code process} has ended, whoever waits. */
  CompletableFuture<WaitStatus> end(Pidfd process) {
    CompletableFuture<WaitStatus> end = new CompletableFuture<>();
    Lookout.Watched watched =
        hall.ends()
            .watch(
                process.fd(),
                Epoll.READABLE,
                true,
                () -> end.complete(process.status().orElseGet(WaitStatus.Unknown::new)));
    awaited.put(process, end);
    return end.whenComplete(
        (status, failure) -> {
          awaited.remove(process);
          watched.close();
        });
  }

  /** Waits for no process of a session any more, and tells who does; the processes run on. */
  void close() {
    PolderException why = LocalZone.hostClosed();
    awaited.values().forEach(end -> end.completeExceptionally(why));
  }

  private void ended(LocalZone zone, Life life) {
    zone.operating().lock();
    try {
      if (zone.life().filter(now -> now == life).isEmpty()) {
        return;
      }
      WaitStatus status =
          life.running()
              .flatMap(running -> running.pidfd().status())
              .orElseGet(WaitStatus.Unknown::new);
      finish(zone, life, status);
    } finally {
      zone.operating().unlock();
    }
  }

  /** Takes a run down that ended, and decides how the zone goes on; with the zone's lock. */
  void finish(LocalZone zone, Life life, WaitStatus status) {
    finish(zone, life, status, ending.exit(life, status));
  }

  /** As {@link #finish(LocalZone, Life, WaitStatus)}, of a run whose end was written down. */
  void finish(LocalZone zone, Life life, WaitStatus status, ExitRecord exit) {
    Optional<Again> next = next(zone, life, status, exit);
    ending.end(zone, life, exit, next.map(again -> again.record(hall.boot(), life.booted())));
    next.ifPresent(
        again -> {
          if (again.told()) {
            hall.events()
                .add(
                    "zone.restart",
                    Optional.of(zone.uuid()),
                    zone.name(),
                    Map.of("pause_ms", again.pause().toMillis(), "from_inside", again.inside()));
          }
          startLater(zone, again.pause(), again.restarts(), again.inARow());
        });
    Ending.tell(zone, life, exit);
    life.over().complete(exit.status());
  }

  /**
   * A start that is due.
   *
   * @param told whether it is an event: nobody asked for it
   * @param inside whether the zone itself did
   */
  private record Again(
      Duration pause, long due, int restarts, int inARow, boolean told, boolean inside) {
    static Again after(Duration pause, int restarts, int inARow, boolean told, boolean inside) {
      long due = Boot.uptime() + pause.toMillis();
      return new Again(pause, due, restarts, inARow, told, inside);
    }

    RunRecord record(String boot, Instant booted) {
      return RunRecord.waiting(boot, booted, restarts, inARow, due);
    }
  }

  /** Whether a zone that ended is started again. */
  private static Optional<Again> next(
      LocalZone zone, Life life, WaitStatus status, ExitRecord exit) {
    RunRecord run = life.run();
    if (life.thenStart()) {
      return Optional.of(Again.after(Duration.ZERO, 0, 0, false, false));
    }
    boolean well = Duration.between(run.booted(), exit.at()).compareTo(Restarts.WELL) >= 0;
    Restarts.Decision decision =
        Restarts.decide(
            zone.record().spec().get(ZoneProperties.RESTART),
            life.stopAsked(),
            status,
            exit.status().code(),
            well ? 0 : run.inARow());
    if (decision instanceof Restarts.Decision.Again(Duration pause, int inARow, boolean inside)) {
      return Optional.of(Again.after(pause, run.restarts() + 1, inARow, true, inside));
    }
    return Optional.empty();
  }

  /** Has a zone started after a pause; with the zone's lock. */
  void startLater(LocalZone zone, Duration pause, int restarts, int inARow) {
    long promise = zone.promiseRestart();
    zone.restartBy(hall.timers().after(pause, () -> startAgain(zone, promise, restarts, inARow)));
  }

  private void startAgain(LocalZone zone, long promise, int restarts, int inARow) {
    zone.operating().lock();
    try {
      if (zone.promised(promise) && zone.life().isEmpty()) {
        starting.again(zone, restarts, inARow);
      }
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.WARNING, e.getMessage());
      retry(zone, restarts, inARow);
    } finally {
      zone.operating().unlock();
    }
  }

  /** A start that failed is a failure like any other to a zone that is to run. */
  private void retry(LocalZone zone, int restarts, int inARow) {
    Restarts.Decision decision =
        Restarts.decide(
            zone.record().spec().get(ZoneProperties.RESTART),
            false,
            new WaitStatus.Unknown(),
            new WaitStatus.Unknown().shellCode(),
            inARow);
    if (decision instanceof Restarts.Decision.Again(Duration pause, int next, boolean inside)) {
      Again again = Again.after(pause, restarts + 1, next, false, inside);
      hall.runs().write(zone.uuid(), again.record(hall.boot(), Instant.now()));
      startLater(zone, again.pause(), again.restarts(), again.inARow());
    }
  }
}
