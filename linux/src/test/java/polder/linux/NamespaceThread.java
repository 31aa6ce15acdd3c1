package polder.linux;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs work in namespaces of its own, on a thread of the operating system's that is thrown away.
 *
 * <p>unshare(2) changes the calling thread, for good. On a virtual thread it would change its
 * carrier, on a pooled thread the next task.
 */
final class NamespaceThread {
  private NamespaceThread() {}

  /** Runs {@code work} with new {@code namespaces}; in a new mount namespace all is private. */
  static void run(Set<Namespace> namespaces, ThrowingRunnable work) throws Exception {
    Callable<Boolean> task =
        () -> {
          Kernel.check(Kernel.call(Nr.UNSHARE, Namespace.flags(namespaces)), () -> "unshare");
          if (namespaces.contains(Namespace.MOUNT)) {
            Mounts.propagation(Path.of("/"), Propagation.PRIVATE, true);
          }
          work.run();
          return true;
        };
    FutureTask<Boolean> future = new FutureTask<>(task);
    Thread thread = Thread.ofPlatform().name("namespaces").start(future);
    try {
      if (!future.get()) {
        fail("the work was not done");
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } finally {
      thread.join();
    }
  }

  /** Work that may fail in any way. */
  @FunctionalInterface
  interface ThrowingRunnable {
    void run() throws Exception;
  }
}
