package polder.daemon;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a daemon that has nothing left to work with, so that whoever supervises it starts another;
 * zones run on.
 *
 * <p>The JVM ends by itself when its heap or its classes find no room (ExitOnOutOfMemoryError). It
 * does not when no thread can be made or no memory outside of the heap is left: those who wanted it
 * get an error each, and what remains is a process that is there and serves nobody. So both are
 * tried each second; a rush that passes is no reason to end.
 */
final class Vitals {
  /** What the JVM itself ends with on ExitOnOutOfMemoryError. */
  static final int EXHAUSTED = 3;

  private static final long PERIOD = 1_000; // ms
  private static final int MOST_MISSES = 2;
  private static final int BUFFER = 16_384; // what the door reads a request into

  private Vitals() {}

  /** Watches for as long as this process lives. */
  static void watch() {
    Thread.ofPlatform().daemon().name("polder-vitals").start(Vitals::run);
  }

  private static void run() {
    int misses = 0;
    while (misses < MOST_MISSES) {
      try {
        Thread.sleep(PERIOD);
        misses = well() ? 0 : misses + 1;
      } catch (InterruptedException e) {
        return;
      }
    }
    System.err.println(
        "polderd: no thread or no memory is left; ending, zones run on (raise TasksMax or memory)");
    Runtime.getRuntime().halt(EXHAUSTED);
  }

  /** Whether a thread can be made, and memory outside of the heap be had by it. */
  private static boolean well() throws InterruptedException {
    AtomicBoolean well = new AtomicBoolean();
    try {
      Thread probe =
          Thread.ofPlatform()
              .daemon()
              .name("polder-vitals-probe")
              .start(
                  () -> {
                    try {
                      well.set(ByteBuffer.allocateDirect(BUFFER).capacity() == BUFFER);
                    } catch (OutOfMemoryError e) {
                      well.set(false);
                    }
                  });
      probe.join(); // however long it takes: a machine that is busy or asleep is no want
    } catch (OutOfMemoryError e) {
      return false;
    }
    return well.get();
  }
}
