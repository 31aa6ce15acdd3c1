package polder.linux;

/** What is done with threads all over. */
public final class Threads {
  private Threads() {}

  /** Waits for its end. An interrupt does not end that; it is noted for later. */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
