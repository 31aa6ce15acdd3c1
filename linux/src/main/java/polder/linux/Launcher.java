package polder.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes processes. The one way in which Polder does.
 *
 * <p>A JVM cannot run Java between clone and exec, and must not lend its memory to a child, who
 * could be traced by the zone that it enters. So a program of one kilobyte, {@code
 * launcher-x86_64.s}, is started once from a sealed file in memory, and makes every other process
 * as a {@link Program} says. They are children of ours all the same. If the launcher is killed it
 * is started again; if we are, it ends, and so does every process that waits for {@link Child#go}.
 *
 * <p>For many threads at once. One for each JVM is enough.
 */
public final class Launcher implements AutoCloseable {
  /** What it is called, and each process of its before that executes its program. */
  static final String NAME = "polder-launch";

  private static final int MOST_TRIES = 10;

  private final Fd executable;
  private final ReentrantLock replacing = new ReentrantLock();
  private @Nullable LauncherProcess current;

  private Launcher(Fd executable) {
    this.executable = executable;
  }

  /**
   * Starts the launcher.
   *
   * @throws UnsupportedOperationException on a processor that there is no launcher for
   */
  public static Launcher start() {
    String architecture = System.getProperty("os.arch");
    if (!architecture.equals("amd64")) {
      throw new UnsupportedOperationException(
          "the launcher exists for x86-64 only, this JVM is for " + architecture);
    }
    var launcher = new Launcher(MemoryFile.executable(NAME, code()));
    try {
      launcher.running();
      return launcher;
    } catch (RuntimeException | Error e) {
      launcher.close();
      throw e;
    }
  }

  /**
   * Makes the process of {@code program}. It runs, or waits for {@link Child#go}, when this
   * returns.
   *
   * @throws LaunchException if the kernel does not make the process
   */
  public Child launch(Program program) {
    return launch(program, () -> {});
  }

  /**
   * As {@link #launch(Program)}, and does {@code meanwhile} while the kernel makes the process:
   * what has to be only before {@link Child#go}. If the launcher must be replaced, it is done
   * again.
   *
   * @throws RuntimeException what {@code meanwhile} throws; nothing is left of the process then
   */
  public Child launch(Program program, Runnable meanwhile) {
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      LauncherProcess process = running();
      Optional<Child> child = process.launch(program, meanwhile);
      if (child.isPresent()) {
        return child.get();
      }
      forget(process);
    }
    throw LaunchException.ended("make the process", "the launcher was killed again and again");
  }

  /** Ends the launcher. Processes that it made stay, except those that wait for go. */
  @Override
  public void close() {
    replacing.lock();
    try {
      if (current != null) {
        current.close();
        current = null;
      }
      executable.close();
    } finally {
      replacing.unlock();
    }
  }

  /** The launcher's own process, started if there is none. */
  LauncherProcess running() {
    replacing.lock();
    try {
      LauncherProcess process = current;
      if (process == null) {
        process = LauncherProcess.start(executable);
        current = process;
      }
      return process;
    } finally {
      replacing.unlock();
    }
  }

  private void forget(LauncherProcess dead) {
    replacing.lock();
    try {
      if (current == dead) { // otherwise another thread was faster
        dead.close();
        current = null;
      }
    } finally {
      replacing.unlock();
    }
  }

  /** The launcher as it is executed: what as(1) makes of {@code launcher-x86_64.s}. */
  static byte[] code() {
    try (InputStream in = Launcher.class.getResourceAsStream("launcher-x86_64")) {
      if (in == null) {
        throw new IllegalStateException("polder.linux was built without its launcher");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
