package polder.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what the kernel does in its own time, for tests. */
final class Eventually {
  private Eventually() {}

  static void is(String what, BooleanSupplier look, long milliseconds) {
    long deadline = System.nanoTime() + milliseconds * 1_000_000;
    while (!look.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + milliseconds + " ms: " + what);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
