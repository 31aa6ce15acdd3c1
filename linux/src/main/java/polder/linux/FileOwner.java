package polder.linux;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Makes files that belong to somebody else from the first moment: setfsuid(2).
 *
 * <p>Through an idmapped mount nobody can make a file whose own ids the mount does not know ({@code
 * EOVERFLOW}), not even root. So the thread's ids for files are changed, while it keeps root's
 * powers ({@code SECBIT_NO_SETUID_FIXUP}, capabilities(7)). Both belong to the thread for good, so
 * it is a thread of its own that ends with the work.
 */
public final class FileOwner {
  private static final long PR_SET_SECUREBITS = 28; // linux/prctl.h
  private static final long SECBIT_NO_SETUID_FIXUP = 4; // linux/securebits.h
  private static final long ASK = -1; // changes nothing, and answers what is set

  private FileOwner() {}

  /**
   * Does {@code work} on such a thread, and waits for it. An interrupt is passed on to it.
   *
   * @param uid whom files that it makes belong to
   * @param gid and to which group
   * @throws SyscallException if this process may not
   */
  public static <T> T make(long uid, long gid, Callable<T> work) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              become(uid, gid);
              return work.call();
            });
    Thread thread = Thread.ofPlatform().name("files-of-" + uid).daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          thread.interrupt();
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case Exception cause -> throw cause;
            case Error cause -> throw cause;
            case null, default -> throw e;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void become(long uid, long gid) {
    Kernel.check(
        Kernel.call(Nr.PRCTL, PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP),
        () -> "keep root's powers while making files as " + uid);
    Kernel.call(Nr.SETFSGID, gid);
    Kernel.call(Nr.SETFSUID, uid);
    if (Kernel.call(Nr.SETFSUID, ASK) != uid || Kernel.call(Nr.SETFSGID, ASK) != gid) {
      throw new SyscallException("make files as " + uid + ":" + gid, Errno.EPERM);
    }
  }
}
