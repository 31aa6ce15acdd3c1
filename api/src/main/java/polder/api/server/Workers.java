package polder.api.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Threads for what goes on beside requests.
 *
 * <p>They are the operating system's, not virtual: what they wait for are system calls through the
 * foreign function interface, which hold a virtual thread's carrier for as long as they last; as
 * many of them as there are processors would stop the whole daemon. {@link Streams} and {@link
 * Operations} bound how many there are.
 */
final class Workers implements Executor, AutoCloseable {
  private static final long IDLE = 2; // s; after a rush the daemon is soon as small as before it

  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("polder-api-worker-", 1).factory());

  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }

  /**
   * One result that takes its time, as a cursor; closing it interrupts the work. Work that fails
   * unforeseen throws here.
   */
  <T> Cursor<T> cursor(Callable<T> work) {
    Future<T> future = threads.submit(work);
    return new Cursor<>() {
      private boolean given;

      @Override
      public Optional<T> next(Duration patience) {
        try {
          T result = future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
          given = true;
          return Optional.of(result);
        } catch (TimeoutException e) {
          return Optional.empty();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return Optional.empty();
        } catch (ExecutionException e) {
          given = true;
          throw e.getCause() instanceof PolderException known
              ? known
              : new PolderException(ErrorKind.HOST, "waiting failed: " + e.getCause(), e);
        }
      }

      @Override
      public boolean ended() {
        return given;
      }

      @Override
      public void close() {
        future.cancel(true);
      }
    };
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
