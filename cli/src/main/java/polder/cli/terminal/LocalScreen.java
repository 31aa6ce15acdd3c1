package polder.cli.terminal;

import java.util.concurrent.atomic.AtomicBoolean;
import polder.cli.call.Screen;
import polder.linux.Terminal;
import polder.linux.WindowSize;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** The terminal on our standard input. */
public final class LocalScreen implements Screen {
  private final Terminal terminal;
  private final Terminal.Mode mode;
  private final Thread restore;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LocalScreen(Terminal terminal) {
    this.terminal = terminal;
    this.mode = terminal.makeRaw();
    this.restore = new Thread(this::giveBack, "polder-terminal"); // SIGTERM, or a defect of ours
    Runtime.getRuntime().addShutdownHook(restore);
  }

  /** Puts the terminal on standard input into raw mode. */
  public static Screen open() {
    return new LocalScreen(
        Terminal.standard(0)
            .orElseThrow(
                () -> new PolderException(ErrorKind.INVALID, "standard input is no terminal")));
  }

  @Override
  public Size size() {
    WindowSize size = terminal.size();
    return new Size(size.rows(), size.columns());
  }

  @Override
  public void onResize(Runnable listener) {
    Interrupts.on(
        "WINCH",
        () -> {
          if (!closed.get()) {
            listener.run();
          }
        });
  }

  private void giveBack() {
    if (closed.compareAndSet(false, true)) {
      mode.close();
    }
  }

  @Override
  public void close() {
    giveBack();
    try {
      Runtime.getRuntime().removeShutdownHook(restore);
    } catch (IllegalStateException e) {
      // we are being shut down, and the hook found its work done
    }
  }
}
