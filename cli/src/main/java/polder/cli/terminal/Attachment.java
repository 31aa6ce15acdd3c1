package polder.cli.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Caller;
import polder.cli.call.Output;
import polder.cli.call.Screen;
import polder.model.ExitStatus;
import polder.model.Session;

/** Ties the caller's streams to those of a process in a zone, until it ends or the caller goes. */
public final class Attachment {
  private final Caller caller;
  private final Session session;
  private final CountDownLatch outputs = new CountDownLatch(2);
  private final AtomicBoolean detached = new AtomicBoolean();
  private final AtomicReference<Output.@Nullable Closed> closed = new AtomicReference<>();

  private Attachment(Caller caller, Session session) {
    this.caller = caller;
    this.session = session;
  }

  /**
   * Takes hold of the caller's terminal for a process that has one, if keys are to go there.
   *
   * @return null where the process has no terminal, or the caller none, or no input is passed on
   */
  public static @Nullable Screen screen(Caller caller, boolean terminal, boolean input) {
    return terminal && input && caller.inTerminal() ? caller.screen().open() : null;
  }

  /** The screen's size; 0 by 0 without one. */
  public static Screen.Size size(@Nullable Screen screen) {
    return screen == null ? new Screen.Size(0, 0) : screen.size();
  }

  /**
   * Carries bytes both ways.
   *
   * @param input whether the caller's input goes to the process; else it is left alone
   * @param screen the caller's terminal, where the process's is to be as large as it
   * @param keys whether keys can detach
   * @return how the process ended; empty if the caller detached
   */
  public static Optional<ExitStatus> carry(
      Caller caller, Session session, boolean input, @Nullable Screen screen, boolean keys) {
    Attachment attachment = new Attachment(caller, session);
    if (screen == null) {
      return attachment.run(input, false);
    }
    screen.onResize(() -> resize(session, screen));
    resize(session, screen);
    return attachment.run(input, keys);
  }

  private static void resize(Session session, Screen screen) {
    Screen.Size size = screen.size();
    if (size.rows() > 0 && size.columns() > 0) {
      session.resize(size.rows(), size.columns());
    }
  }

  private Optional<ExitStatus> run(boolean input, boolean keys) {
    start("stdout", () -> output(session.stdout(), caller.out()));
    start("stderr", () -> output(session.stderr(), caller.err()));
    if (input) {
      start("stdin", () -> input(keys ? new DetachKeys() : null));
    }
    try {
      outputs.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    Output.Closed gone = closed.get();
    if (gone != null) {
      throw gone;
    }
    return detached.get() ? Optional.empty() : Optional.of(session.await());
  }

  private static void start(String name, Runnable work) {
    // platform threads: a read of a terminal or pipe would pin a carrier
    Thread.ofPlatform().daemon().name("polder-" + name).start(work);
  }

  private void output(InputStream from, Output to) {
    byte[] buffer = new byte[32_768];
    try (from) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.bytes(buffer, 0, n);
        to.flush();
      }
    } catch (Output.Closed e) {
      closed.compareAndSet(null, e);
      leave(); // nobody reads: the other stream is not waited for
    } catch (IOException e) {
      // the session was closed under us: the end of the stream
    } finally {
      outputs.countDown();
    }
  }

  /** Passes keys on; the end of our input is the end of the process's, unless we only go. */
  private void input(@Nullable DetachKeys keys) {
    byte[] typed = new byte[32_768];
    byte[] passed = new byte[typed.length + 1];
    try {
      OutputStream to = session.stdin();
      InputStream from = caller.in();
      for (int n = from.read(typed); n >= 0; n = from.read(typed)) {
        int count = keys == null ? n : keys.filter(typed, n, passed);
        to.write(keys == null ? typed : passed, 0, count);
        to.flush();
        if (keys != null && keys.detached()) {
          break;
        }
      }
      if (keys == null) {
        to.close();
      } else {
        detached.set(true); // by the keys, or because our terminal hung up
        leave();
      }
    } catch (IOException e) {
      // the process closed its input or ended; its exit code tells
    }
  }

  private void leave() {
    outputs.countDown();
    outputs.countDown();
  }
}
