package polder.engine;

import java.time.Duration;
import polder.linux.Signal;
import polder.linux.WaitStatus;
import polder.model.RestartPolicy;

/** Whether, and after how long, a zone that ended is started again. Looks at nothing else. */
final class Restarts {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Whoever ran this long is not failing in a row: the pause begins small again. */
  static final Duration WELL = Duration.ofSeconds(10);

  private Restarts() {}

  /** What becomes of a zone that ended. */
  sealed interface Decision {
    /** It stays down. */
    record Stay() implements Decision {}

    /**
     * It is started again.
     *
     * @param pause after that time
     * @param inARow the count for the next decision: how often it was started again in a row
     * @param fromInside whether it asked for it itself, by reboot(2)
     */
    record Again(Duration pause, int inARow, boolean fromInside) implements Decision {}
  }

  /**
   * Decides.
   *
   * @param asked whether somebody asked it to stop
   * @param end how its first process ended: reboot(2) in a pid namespace kills that process with
   *     SIGHUP to restart and SIGINT to power off
   * @param code its main process's exit code
   * @param inARow how often it was started again since it last ran well
   */
  static Decision decide(
      RestartPolicy policy, boolean asked, WaitStatus end, int code, int inARow) {
    if (asked) {
      return new Decision.Stay();
    }
    if (end instanceof WaitStatus.Killed(Signal signal, boolean _)) {
      if (signal.equals(Signal.HUP)) {
        return new Decision.Again(Duration.ZERO, inARow, true);
      }
      if (signal.equals(Signal.INT)) {
        return new Decision.Stay();
      }
    }
    boolean again =
        switch (policy.mode()) {
          case NO -> false;
          case ON_FAILURE -> code != 0 && (policy.most() == 0 || inARow < policy.most());
          case ALWAYS, UNLESS_STOPPED -> true;
        };
    return again ? new Decision.Again(pause(inARow), inARow + 1, false) : new Decision.Stay();
  }

  /** 100 ms, and twice as long each time in a row, up to a minute. */
  static Duration pause(int inARow) {
    Duration pause = FIRST.multipliedBy(1L << Math.min(inARow, 20));
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
