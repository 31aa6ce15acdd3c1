package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import polder.engine.Restarts.Decision;
import polder.linux.Signal;
import polder.linux.WaitStatus;
import polder.model.RestartPolicy;

class RestartsTest {
  private static final Decision STAY = new Decision.Stay();

  private static Decision decide(String policy, WaitStatus end, int inARow) {
    return Restarts.decide(RestartPolicy.of(policy), false, end, end.shellCode(), inARow);
  }

  @Test
  void followsThePolicy() {
    assertEquals(STAY, decide("no", new WaitStatus.Exited(1), 0));
    assertEquals(STAY, decide("on-failure", new WaitStatus.Exited(0), 0));
    assertEquals(
        new Decision.Again(Duration.ofMillis(100), 1, false),
        decide("on-failure", new WaitStatus.Exited(1), 0));
    assertEquals(STAY, decide("on-failure:3", new WaitStatus.Exited(1), 3));
    assertEquals(
        new Decision.Again(Duration.ofMillis(400), 3, false),
        decide("always", new WaitStatus.Exited(0), 2));
    assertEquals(
        new Decision.Again(Duration.ofMillis(100), 1, false),
        decide("unless-stopped", new WaitStatus.Unknown(), 0));
  }

  @Test
  void doesWhatRebootAndPoweroffInsideMean() {
    assertEquals(
        new Decision.Again(Duration.ZERO, 0, true),
        decide("no", new WaitStatus.Killed(Signal.HUP, false), 0));
    assertEquals(STAY, decide("always", new WaitStatus.Killed(Signal.INT, false), 0));
  }

  @Test
  void neverStartsWhatWasAskedToStop() {
    assertEquals(
        STAY, Restarts.decide(RestartPolicy.of("always"), true, new WaitStatus.Exited(1), 1, 0));
  }

  @Test
  void waitsAMinuteAtMost() {
    assertEquals(Duration.ofMillis(100), Restarts.pause(0));
    assertEquals(Duration.ofMillis(51_200), Restarts.pause(9));
    assertEquals(Duration.ofMinutes(1), Restarts.pause(10));
    assertEquals(Duration.ofMinutes(1), Restarts.pause(1_000_000));
  }
}
