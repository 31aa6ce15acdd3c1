package polder.engine;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What operations left behind because taking it back failed too: it is tried again in the
 * background until it is done, as our next start would.
 *
 * <p>One thing at a time is taken back. Who works for it waits for no zone's lock: those who hold
 * one may wait for this.
 */
final class Leftovers implements AutoCloseable {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Timers timers;
  private final ReentrantLock working = new ReentrantLock();
  private boolean closed;

  Leftovers(Timers timers) {
    this.timers = timers;
  }

  /**
   * Has {@code work} done a little later, and again until it does not fail.
   *
   * @param what what it does, for the log
   */
  void later(String what, Runnable work) {
    later(what, work, FIRST);
  }

  private void later(String what, Runnable work, Duration pause) {
    timers.after(pause, () -> attempt(what, work, pause));
  }

  private void attempt(String what, Runnable work, Duration pause) {
    working.lock();
    try {
      if (!closed) {
        work.run();
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot %s yet: %s".formatted(what, e.getMessage()));
      Duration next = pause.multipliedBy(2);
      later(what, work, next.compareTo(LONGEST) < 0 ? next : LONGEST);
    } finally {
      working.unlock();
    }
  }

  /** Does {@code work} now, while nothing is taken back in the background. */
  void now(Runnable work) {
    working.lock();
    try {
      work.run();
    } finally {
      working.unlock();
    }
  }

  /** What is not taken back by now our next start takes back. */
  @Override
  public void close() {
    now(() -> closed = true);
  }
}
