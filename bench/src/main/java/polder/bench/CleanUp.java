package polder.bench;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that nothing stays behind on SIGINT and SIGTERM: who works is asked to end, and the
 * program ends when this is closed, after all else was.
 */
public final class CleanUp implements AutoCloseable {
  private final CountDownLatch clean = new CountDownLatch(1);
  private volatile Runnable stop = () -> {};

  /**
   * Begins.
   *
   * @param program who tells if it takes longer than {@code patience}
   */
  public CleanUp(String program, Duration patience) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("clean up").unstarted(() -> run(program, patience)));
  }

  /** Who works is asked to end by {@code how}, from another thread. */
  public void stopBy(Runnable how) {
    stop = how;
  }

  private void run(String program, Duration patience) {
    stop.run();
    try {
      if (!clean.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println(program + ": could not clean up in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    clean.countDown();
  }
}
