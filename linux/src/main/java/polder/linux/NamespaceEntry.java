package polder.linux;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Does something in another network namespace, on a thread of the operating system's that is used
 * once and thrown away.
 *
 * <p>setns(2) changes the calling thread, for good. On a virtual thread it would change its
 * carrier, and with it every request that lands there later; on a pooled thread, the next task. So
 * it is called here and nowhere else.
 */
final class NamespaceEntry {
  private NamespaceEntry() {}

  /**
   * What {@code work} answers in the network namespace {@code network}.
   *
   * @throws SyscallException EPERM if we may not enter it, EINVAL if it is something else; or what
   *     {@code work} throws
   */
  static <T> T inside(Fd network, Supplier<T> work) {
    AtomicReference<T> result = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("polder-network")
            .start(
                () -> {
                  try {
                    Kernel.check(
                        Kernel.call(Nr.SETNS, network.number(), Namespace.NET.flag()),
                        () -> "enter a network namespace");
                    result.set(work.get());
                  } catch (RuntimeException | Error e) {
                    failure.set(e);
                  }
                });
    Threads.join(thread); // an interrupt does not end what the kernel is asked for halfway
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return result.get();
  }
}
