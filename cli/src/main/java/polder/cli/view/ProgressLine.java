package polder.cli.view;

import polder.cli.call.Output;
import polder.cli.call.Words;
import polder.model.Progress;

/** Progress on a terminal's last line; silent anywhere else. */
public final class ProgressLine implements Progress, AutoCloseable {
  private static final long PERIOD = 100_000_000; // ns between two pictures
  private static final int BAR = 30;

  private final Output err;
  private long shown;
  private boolean visible;

  /** Shows it on {@code err} if that is a terminal. */
  public ProgressLine(Output err) {
    this.err = err;
  }

  @Override
  public void report(String what, long done, long total) {
    if (!err.terminal()) {
      return;
    }
    long now = System.nanoTime();
    if (visible && now - shown < PERIOD && done != total) {
      return;
    }
    shown = now;
    visible = true;
    err.text("\r\u001b[K" + picture(what, done, total));
    err.flush();
  }

  static String picture(String what, long done, long total) {
    StringBuilder line = new StringBuilder(Words.printable(what));
    if (total > 0) {
      int full = (int) Math.min(BAR, Math.max(0, done * BAR / total));
      line.append(" [").repeat('#', full).repeat('.', BAR - full).append("] ");
      line.append(Math.min(100, done * 100 / total)).append("% ");
      line.append(Amount.bytes(done)).append(" of ").append(Amount.bytes(total));
    } else if (done > 0) {
      line.append(' ').append(Amount.bytes(done));
    }
    return line.toString();
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (visible) {
      visible = false;
      err.text("\r\u001b[K");
      err.flush();
    }
  }
}
