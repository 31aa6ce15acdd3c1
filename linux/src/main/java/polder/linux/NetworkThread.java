package polder.linux;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Threads of the operating system's that live in another network namespace: setns(2). */
public final class NetworkThread {
  private NetworkThread() {}

  /**
   * A new network namespace, in which nothing is but a loopback interface that is down. It ends
   * with the last descriptor of it, and the last socket in it: unshare(2).
   */
  public static Fd newNetwork() {
    CompletableFuture<Fd> made = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("polder-network")
        .start(
            () -> {
              try {
                Kernel.check(
                    Kernel.call(Nr.UNSHARE, Namespace.NET.flag()),
                    () -> "make a network namespace");
                made.complete(Namespace.NET.own());
              } catch (RuntimeException | Error e) {
                made.completeExceptionally(e);
              }
            });
    try {
      return made.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof SyscallException refused ? refused : e;
    }
  }

  /**
   * Starts one, a daemon; it is there when this returns.
   *
   * @param network as {@link Namespace#of} gives it; it stays the caller's
   * @param work what it does; then it ends
   * @throws SyscallException EPERM if we may not enter it
   */
  public static Thread start(Fd network, String name, Runnable work) {
    CompletableFuture<Long> entered = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(
                () -> {
                  long result = Kernel.call(Nr.SETNS, network.number(), Namespace.NET.flag());
                  entered.complete(result);
                  if (result == 0) {
                    work.run();
                  }
                });
    Kernel.check(entered.join(), () -> "enter a network namespace");
    return thread;
  }
}
