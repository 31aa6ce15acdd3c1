package polder.tests.harness;

import java.time.Duration;

/**
 * What a row says in seconds. It is judged with {@code -Dpolder.figures=true}, on a machine that
 * does nothing else; without it a test waits a minute longer, and fails only if what it waits for
 * does not happen.
 */
public final class Figures {
  private static final boolean JUDGED = Boolean.getBoolean("polder.figures");

  private Figures() {}

  /** How long to wait for what should take {@code figure} at most. */
  public static Duration within(Duration figure) {
    return JUDGED ? figure : figure.plusMinutes(1);
  }

  /** How long to wait for what should take so many seconds at most. */
  public static Duration within(long seconds) {
    return within(Duration.ofSeconds(seconds));
  }
}
