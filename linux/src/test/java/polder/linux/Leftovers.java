package polder.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

/** Ends what a test that failed half-way has left running, so that the machine is as before. */
final class Leftovers {
  private Leftovers() {}

  /** Ends and reaps all children of ours but launchers. */
  static void end() {
    for (int round = 0; round < 100 && endOnce(); round++) {
      // a zone's first process ends after those who entered it are reaped, so again
    }
    assertTrue(!endOnce(), "children that do not end");
  }

  private static boolean endOnce() {
    boolean some = false;
    for (ProcessView child : ProcessView.ourselves().children()) {
      if (child.status("Name").equals("polder-launch") && child.state() != 'Z') {
        continue;
      }
      some = true;
      try (Pidfd process = Pidfd.open(child.pid())) {
        process.signal(Signal.KILL);
        process.await(Duration.ofMillis(20));
      }
    }
    return some;
  }
}
