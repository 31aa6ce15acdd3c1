package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HealthTest {
  @Test
  void goesFromStartingToHealthyToUnhealthyAndBack() {
    assertEquals("healthy", Health.after("starting", true, 0, 3, true));
    assertEquals("starting", Health.after("starting", false, 9, 3, true));
    assertEquals("starting", Health.after("starting", false, 2, 3, false));
    assertEquals("unhealthy", Health.after("starting", false, 3, 3, false));
    assertEquals("healthy", Health.after("healthy", false, 2, 3, false));
    assertEquals("unhealthy", Health.after("healthy", false, 3, 3, true));
    assertEquals("healthy", Health.after("unhealthy", true, 0, 3, false));
  }
}
