package polder.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Waits for an end that may be days away, and stops when the waiting thread is interrupted. */
final class Awaiting {
  private Awaiting() {}

  /**
   * What {@code end} brings.
   *
   * @throws PolderException HOST if the thread is interrupted: whoever it waited for has left;
   *     WRONG_STATE if the host is closed meanwhile
   */
  static <T> T of(CompletableFuture<T> end) {
    try {
      return end.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while waiting for a process", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PolderException told) {
        throw told;
      }
      throw new CompletionException(e.getCause());
    }
  }
}
