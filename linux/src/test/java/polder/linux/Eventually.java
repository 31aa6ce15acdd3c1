package polder.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what the kernel does in its own time, for tests. */
final class Eventually {
  private Eventually() {}

  static void is(String what, BooleanSupplier look, long milliseconds) {
    Duration most = Figures.within(Duration.ofMillis(milliseconds));
    long deadline = System.nanoTime() + most.toNanos();
    while (!look.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "not within " + most + ": " + what);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
