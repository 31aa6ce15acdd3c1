package polder.daemon;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import polder.api.server.ApiServer;
import polder.model.Host;
import polder.model.PolderException;

/** A host with its doors open, until somebody asks it to end. */
public final class Daemon implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.daemon");
  private static final Duration LONGEST_END = Duration.ofMillis(4_500); // 5 s are promised

  private final Host host;
  private final ApiServer door;
  private final CountDownLatch asked = new CountDownLatch(1);

  private Daemon(Host host, Path socket) {
    this.host = host;
    Path run = socket.toAbsolutePath().getParent();
    if (run != null && Files.isDirectory(run)) {
      ApiServer.own(run);
    }
    this.door = ApiServer.open(host, socket);
  }

  /**
   * Opens the host, then its door.
   *
   * @param host opens it; what it throws is passed on
   * @param socket where the REST door listens, in a directory of the host's own, which is closed to
   *     everybody but root and the group {@code polder}
   */
  public static Daemon open(Supplier<Host> host, Path socket) {
    Host opened = host.get();
    try {
      return new Daemon(opened, socket);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Asks it to end; {@link #await} returns. */
  public void end() {
    asked.countDown();
  }

  /** Waits until somebody asks it to end. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** Ends all streams, closes the door and lets go of the host; its zones run on. */
  @Override
  public void close() {
    door.close();
    host.close();
  }

  /**
   * Runs a daemon until SIGTERM or SIGINT.
   *
   * @return the exit code: 0 for an orderly end, 1 for a failure, which was told
   */
  static int run(Supplier<Host> host, Path socket) {
    long begun = System.nanoTime();
    try {
      Daemon daemon = open(host, socket);
      Termination.on(daemon::end);
      Vitals.watch();
      NotifySocket.tell("READY=1");
      LOG.log(
          Level.INFO,
          "ready after {0} ms on {1}",
          Duration.ofNanos(System.nanoTime() - begun).toMillis(),
          socket);
      daemon.await();
      NotifySocket.tell("STOPPING=1");
      LOG.log(Level.INFO, "ending; zones run on");
      return within(LONGEST_END, daemon::close) ? 0 : 1;
    } catch (PolderException e) {
      LOG.log(Level.ERROR, "cannot start: {0}", e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** Whatever hangs, the process ends in time: nothing that matters is in its memory only. */
  private static boolean within(Duration limit, Runnable work) throws InterruptedException {
    Thread thread = Thread.ofPlatform().daemon().name("polder end").start(work);
    if (thread.join(limit)) {
      return true;
    }
    LOG.log(Level.WARNING, "closing took longer than {0} ms and was cut off", limit.toMillis());
    return false;
  }
}
