package polder.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has things done after a time, on a virtual thread each. Time is what System.nanoTime counts: no
 * setting of the host's clock changes it.
 */
final class Timers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor clock;

  Timers() {
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("polder-clock").factory());
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Has {@code task} done after {@code delay}; cancel what is answered to have it not done. */
  Timer after(Duration delay, Runnable task) {
    try {
      return new Timer(
          clock.schedule(
              () -> Background.run(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      return new Timer(CompletableFuture.completedFuture(task)); // closed: nothing is done later
    }
  }

  /** What is to be done later. */
  static final class Timer {
    private final Future<?> future;

    private Timer(Future<?> future) {
      this.future = future;
    }

    /** Has it not done, unless it is being done already. */
    void cancel() {
      future.cancel(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
