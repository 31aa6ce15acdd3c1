package polder.metadata;

import java.time.Duration;

/**
 * How much may be asked: so much at once, and so much a second after that. It may be overdrawn; who
 * did that waits until it is even again, and is not refused.
 */
final class Allowance {
  /** What a line costs, or a connection. */
  static final int LINE = 1;

  /** What a change costs, which is written to the disk: five a second. */
  static final int CHANGE = 20;

  private static final double MOST = 400;
  private static final double A_SECOND = 100;

  private double left = MOST;
  private long since;

  /** One that is untouched at {@code now}, of {@link System#nanoTime}. */
  Allowance(long now) {
    since = now;
  }

  /** Takes {@code cost}; answers how long to wait before what it is for. */
  Duration take(int cost, long now) {
    double second = Duration.ofSeconds(1).toNanos();
    left = Math.min(MOST, left + (now - since) / second * A_SECOND) - cost;
    since = now;
    return left >= 0 ? Duration.ZERO : Duration.ofNanos((long) (-left / A_SECOND * second));
  }
}
