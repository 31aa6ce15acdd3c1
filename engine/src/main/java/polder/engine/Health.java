package polder.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import polder.brand.Running;
import polder.brand.ZoneProcess;
import polder.linux.Epoll;
import polder.linux.Fd;
import polder.linux.LaunchException;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.model.ExecSpec;
import polder.model.Healthcheck;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Asks a running zone again and again whether it is well. */
final class Health implements AutoCloseable {
  static final String STARTING = "starting";
  static final String HEALTHY = "healthy";
  static final String UNHEALTHY = "unhealthy";

  private final Hall hall;
  private final LocalZone zone;
  private final Life life;
  private final Healthcheck check;
  private final long startedAt = System.nanoTime();
  private final CompletableFuture<Boolean> letGo = new CompletableFuture<>();
  private int failures;

  Health(Hall hall, LocalZone zone, Life life, Healthcheck check) {
    this.hall = hall;
    this.zone = zone;
    this.life = life;
    this.check = check;
    next();
  }

  /** How a zone is asked: as its payload says, else its image; empty if not at all. */
  static Optional<Healthcheck> check(ZoneSpec spec, ImageConfig image) {
    return spec.find(ZoneProperties.HEALTHCHECK)
        .or(image::healthcheck)
        .filter(check -> !check.test().equals(Healthcheck.NONE));
  }

  /** What a zone's health is before it was asked; empty if nobody asks. */
  static Optional<String> first(Optional<Healthcheck> check) {
    return check.map(any -> STARTING);
  }

  /**
   * What a zone's health is after one more answer.
   *
   * @param was what it was
   * @param well the answer
   * @param failures answers in a row that were not well, this one counted
   * @param starting whether the start period is not over
   */
  static String after(String was, boolean well, int failures, int retries, boolean starting) {
    if (well) {
      return HEALTHY;
    }
    if (starting && was.equals(STARTING)) {
      return STARTING;
    }
    return failures >= retries ? UNHEALTHY : was;
  }

  private void next() {
    hall.timers().after(check.interval(), this::ask);
  }

  private void ask() {
    try {
      if (!letGo.isDone() && !zone.status().paused()) { // what is frozen cannot answer
        life.running().ifPresent(running -> tell(well(running)));
      }
    } catch (IllegalStateException e) {
      if (!letGo.isDone()) {
        throw e;
      }
      // what was asked through is closed: nobody wants to know any more
    }
    if (!letGo.isDone()) {
      next();
    }
  }

  private boolean well(Running running) {
    ExecSpec spec =
        new ExecSpec(
            check.test(), Optional.empty(), Optional.empty(), Map.of(), false, false, 0, 0);
    try (ZoneProcess process = running.exec(spec, zone.record().spec(), life.config())) {
      return ended(process)
          && process.pidfd().status().filter(status -> status.shellCode() == 0).isPresent();
    } catch (PolderException | SyscallException | LaunchException e) {
      return false;
    }
  }

  /** Whether it ended in time; it is killed if it did not, or if we let go meanwhile. */
  private boolean ended(ZoneProcess process) {
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    try (Undo undo = new Undo()) { // closes the watches
      undo.add(() -> process.pidfd().signal(Signal.KILL));
      undo.add(drain(process.output().orElseThrow())::close);
      undo.add(drain(process.error().orElseThrow())::close);
      undo.add(
          hall.ends().watch(process.pidfd().fd(), Epoll.READABLE, true, () -> end.complete(true))
              ::close);
      CompletableFuture.anyOf(end, letGo).get(check.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // they are only ever completed with a value
    }
    return end.isDone();
  }

  /** What a check says is not wanted, but it must not wait for a full pipe. */
  private Lookout.Watched drain(Fd output) {
    byte[] buffer = new byte[4096];
    AtomicReference<Lookout.@Nullable Watched> self = new AtomicReference<>();
    Lookout.Watched watched =
        hall.streams()
            .watch(
                output,
                Epoll.READABLE,
                true,
                () -> {
                  Lookout.Watched mine = self.get();
                  if (output.read(buffer, 0, buffer.length) > 0 && mine != null) {
                    mine.arm();
                  }
                });
    self.set(watched);
    watched.arm(); // what came before it was set
    return watched;
  }

  private void tell(boolean well) {
    failures = well ? 0 : failures + 1;
    zone.operating().lock();
    try {
      if (letGo.isDone() || zone.life().filter(now -> now == life).isEmpty()) {
        return;
      }
      String was = zone.status().health().orElse(STARTING);
      String now = after(was, well, failures, check.retries(), inStartPeriod());
      if (!now.equals(was)) {
        zone.status(Statuses.health(zone.status(), Optional.of(now)));
        hall.events()
            .add("zone.health", Optional.of(zone.uuid()), zone.name(), Map.of("health", now));
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private boolean inStartPeriod() {
    return Duration.ofNanos(System.nanoTime() - startedAt).compareTo(check.startPeriod()) < 0;
  }

  @Override
  public void close() {
    letGo.complete(true);
  }
}
