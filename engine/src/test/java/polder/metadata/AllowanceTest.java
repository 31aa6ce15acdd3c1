package polder.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllowanceTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void twentyChangesAtOnceAndFiveASecondThen() {
    Allowance allowance = new Allowance(0);
    for (int i = 0; i < 20; i++) {
      assertEquals(Duration.ZERO, allowance.take(Allowance.CHANGE, 0), "change " + i);
    }
    assertEquals(Duration.ofMillis(200), allowance.take(Allowance.CHANGE, 0));
    assertEquals(Duration.ofMillis(210), allowance.take(Allowance.LINE, 0), "it is overdrawn");
    assertEquals(Duration.ZERO, allowance.take(Allowance.LINE, SECOND));
    for (int i = 0; i < 20; i++) { // as much as at first, however long it was
      assertEquals(Duration.ZERO, allowance.take(Allowance.CHANGE, 1000 * SECOND), "change " + i);
    }
    assertEquals(Duration.ofMillis(200), allowance.take(Allowance.CHANGE, 1000 * SECOND));
  }
}
