package polder.cli.call;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** Where text goes: standard output or standard error, in UTF-8, safe for many threads. */
public final class Output {
  /** Nobody reads any more: not a failure, the reader has seen enough. */
  public static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Closed(IOException cause) {
      super("nobody reads the output any more", cause);
    }
  }

  private final OutputStream stream;
  private final boolean terminal;
  private final ReentrantLock order = new ReentrantLock();

  /** Writes to {@code stream}, which is a terminal or not. */
  public Output(OutputStream stream, boolean terminal) {
    this.stream = new BufferedOutputStream(stream, 16_384);
    this.terminal = terminal;
  }

  /** Whether a person sees it. */
  public boolean terminal() {
    return terminal;
  }

  /** Writes a line and, on a terminal, shows it. */
  public void line(String text) {
    text(text + "\n");
    if (terminal) {
      flush();
    }
  }

  /** Writes text as it is. */
  public void text(String text) {
    bytes(text.getBytes(StandardCharsets.UTF_8), 0, -1);
  }

  /** Writes bytes as they are; all of them if {@code length} is negative. */
  public void bytes(byte[] bytes, int offset, int length) {
    order.lock();
    try {
      stream.write(bytes, offset, length < 0 ? bytes.length - offset : length);
    } catch (IOException e) {
      throw new Closed(e);
    } finally {
      order.unlock();
    }
  }

  /** Shows what was written. */
  public void flush() {
    order.lock();
    try {
      stream.flush();
    } catch (IOException e) {
      throw new Closed(e);
    } finally {
      order.unlock();
    }
  }

  /** The bare stream, for bytes in bulk. */
  public OutputStream stream() {
    flush();
    return stream;
  }
}
