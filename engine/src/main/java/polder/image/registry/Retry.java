package polder.image.registry;

import java.time.Duration;

/**
 * How often what failed for a moment is tried again.
 *
 * @param times how often in a row without any success
 * @param first the first pause; each next one is twice as long
 * @param most the longest pause, also if a server asks for a longer one
 */
public record Retry(int times, Duration first, Duration most) {
  /** Four times, after 1/4, 1/2, 1 and 2 seconds; up to 30 if a server asks for it. */
  public static final Retry USUAL = new Retry(4, Duration.ofMillis(250), Duration.ofSeconds(30));

  /** Sleeps before the attempt with that number, from 1; longer if the server asked for it. */
  void pause(int attempt, Duration asked) throws InterruptedException {
    Duration own = first.multipliedBy(1L << Math.min(16, attempt - 1));
    Duration pause = own.compareTo(asked) > 0 ? own : asked;
    Thread.sleep(pause.compareTo(most) < 0 ? pause : most);
  }
}
