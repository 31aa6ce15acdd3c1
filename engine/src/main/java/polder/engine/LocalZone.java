package polder.engine;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.linux.WindowSize;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/**
 * One zone as the engine holds it. What is swapped whole may be read without its lock; all is
 * changed with it.
 */
final class LocalZone {
  private final UUID uuid;
  private final String path;
  private final ReentrantLock operating = new ReentrantLock();
  private volatile ZoneRecord record;
  private volatile ZoneStatus status;
  private volatile @Nullable Life life;
  private volatile @Nullable ZoneLog log;
  private volatile CompletableFuture<ExitStatus> end = new CompletableFuture<>();
  private volatile CompletableFuture<Life> up = new CompletableFuture<>();
  private volatile @Nullable WindowSize size;
  private volatile List<Snapshot> snapshots = List.of();
  private Timers.@Nullable Timer restart;
  private long promise;
  private volatile @Nullable String unfit;
  private volatile boolean gone;
  private volatile boolean released;
  private volatile Runnable noted = () -> {};

  LocalZone(ZoneRecord record, ZoneStatus status, String path) {
    this.uuid = record.uuid();
    this.record = record;
    this.status = status;
    this.path = path;
  }

  UUID uuid() {
    return uuid;
  }

  /** One operation at a time; never held while waiting for the zone to end. */
  ReentrantLock operating() {
    return operating;
  }

  /** Takes the lock, unless the zone was deleted meanwhile. */
  void lock() {
    operating.lock();
    if (gone) {
      operating.unlock();
      throw released ? hostClosed() : missing();
    }
  }

  /** What all are told who want something of a host that was closed. */
  static PolderException hostClosed() {
    return new PolderException(
        ErrorKind.WRONG_STATE, "the host was closed; its zones run on until it is opened again");
  }

  void unlock() {
    operating.unlock();
  }

  /** Waits until what is being done to it is done; whether it is there then. */
  boolean awaitTurn() {
    operating.lock();
    try {
      return isMade() && !gone;
    } finally {
      operating.unlock();
    }
  }

  PolderException missing() {
    return new PolderException(ErrorKind.NOT_FOUND, "there is no zone '%s'".formatted(name()));
  }

  /** How it runs now; refuses {@code verb} if it does not. */
  Life demandRunning(String verb) {
    return life()
        .filter(now -> now.running().isPresent())
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.WRONG_STATE,
                    "cannot %s zone '%s': it is %s; start it first"
                        .formatted(verb, name(), status.state().word())));
  }

  /** As {@link #demandRunning}; refuses it if it is paused, too. */
  Life demandAwake(String verb) {
    Life now = demandRunning(verb);
    if (status.paused()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot %s zone '%s': it is paused; resume it first".formatted(verb, name()));
    }
    return now;
  }

  ZoneRecord record() {
    return record;
  }

  void record(ZoneRecord changed) {
    record = changed;
    noted.run();
  }

  /** Has {@code what} done whenever its record or its status has changed. */
  void note(Runnable what) {
    noted = what;
  }

  String name() {
    return record.spec().name();
  }

  /** Whether it is there for all: not while it is being made, which may come to nothing. */
  boolean isMade() {
    return status.state() != ZoneState.CONFIGURED;
  }

  ZoneStatus status() {
    return status;
  }

  void status(ZoneStatus changed) {
    status = changed;
    noted.run();
  }

  void state(ZoneState state) {
    status(Statuses.in(status, state));
  }

  /** Its present run; empty while it is down. */
  Optional<Life> life() {
    return Optional.ofNullable(life);
  }

  void life(@Nullable Life now) {
    life = now;
    if (now != null) {
      up.complete(now);
    } else if (up.isDone()) {
      up = new CompletableFuture<>();
    }
  }

  /** Its present run, or the next one when it has begun. */
  CompletableFuture<Life> up() {
    return up;
  }

  /** Where what it writes is kept. */
  ZoneLog log() {
    ZoneLog there = log;
    if (there == null) {
      throw new PolderException(
          ErrorKind.HOST,
          "the log of zone '%s' could not be opened; 'polder fsck' says why".formatted(name()));
    }
    return there;
  }

  void log(ZoneLog there) {
    log = there;
  }

  /** The end of its present run, or of the next one while it is down. */
  CompletableFuture<ExitStatus> end() {
    return end;
  }

  /** Tells all who wait for its end; who asks from now on waits for the next. */
  void ended(ExitStatus status) {
    CompletableFuture<ExitStatus> told = end;
    end = new CompletableFuture<>();
    told.complete(status);
  }

  /** Promises to start it again later; the promise is {@code kept} by its number. */
  long promiseRestart() {
    cancelRestart();
    return promise;
  }

  /** The clock that keeps the promise. */
  void restartBy(Timers.Timer timer) {
    restart = timer;
  }

  /** Whether nothing came between that promise and now. */
  boolean promised(long number) {
    return promise == number && !gone;
  }

  /** It is not to be started again. */
  void cancelRestart() {
    if (restart != null) {
      restart.cancel();
      restart = null;
    }
    promise++;
  }

  /** It was deleted. */
  void vanish() {
    gone = true;
    ZoneLog there = log;
    if (there != null) {
      there.close();
    }
    up.completeExceptionally(missing());
    end.complete(status.exit().orElse(ExitStatus.UNKNOWN));
  }

  /** Lets go of it because the engine closes; a run goes on. With the zone's lock. */
  void release() {
    cancelRestart();
    Life now = life;
    gone = true;
    released = true;
    PolderException closed = hostClosed();
    if (now != null) {
      now.ended().completeExceptionally(closed);
      now.over().completeExceptionally(closed);
      now.letGo();
      life = null; // whoever is about to deal with its end or its stop leaves it to the next engine
    }
    ZoneLog there = log;
    if (there != null) {
      there.close();
    }
    end.completeExceptionally(closed);
    up.completeExceptionally(closed);
  }

  /** Its snapshots, as they were found last. */
  void snapshots(List<Snapshot> found) {
    snapshots = List.copyOf(found);
  }

  /** Why it must not be started, if it must not. */
  Optional<String> unfit() {
    return Optional.ofNullable(unfit);
  }

  void unfit(@Nullable String why) {
    unfit = why;
  }

  boolean vanished() {
    return gone;
  }

  /** The size that somebody last gave its terminal; kept for one that comes later. */
  Optional<WindowSize> size() {
    return Optional.ofNullable(size);
  }

  void size(WindowSize asked) {
    size = asked;
  }

  boolean terminal() {
    return record.spec().get(ZoneProperties.TTY);
  }

  /** As callers see it. */
  Zone view() {
    return new Zone(record.spec(), status, path, snapshots);
  }
}
