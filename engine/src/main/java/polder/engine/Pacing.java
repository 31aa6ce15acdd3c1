package polder.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * What zones ask for from inside is not to take up the host, however many ask and however often:
 * snapshots are taken one at a time, and no zone goes back to one again within a minute. The second
 * because each ends the zone and starts it, and then nothing else would slow it down.
 */
final class Pacing {
  private static final Duration BETWEEN = Duration.ofMinutes(1);

  private final Semaphore turn = new Semaphore(1, true);
  private final Map<UUID, Long> wentBack = new HashMap<>();

  /** Does it when those who asked before have had their turn. */
  <T> T inTurn(Supplier<T> work) {
    turn.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      turn.release();
    }
  }

  /**
   * Notes that a zone goes back.
   *
   * @param now of {@link System#nanoTime}
   * @throws PolderException DENIED if it did within a minute
   */
  synchronized void goBack(UUID zone, long now) {
    wentBack.values().removeIf(when -> now - when >= BETWEEN.toNanos());
    if (wentBack.putIfAbsent(zone, now) != null) {
      throw new PolderException(
          ErrorKind.DENIED, "it went back to a snapshot less than a minute ago");
    }
  }
}
