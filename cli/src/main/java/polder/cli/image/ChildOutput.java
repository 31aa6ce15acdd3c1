package polder.cli.image;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import polder.cli.call.Words;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * What a program of the caller's writes: it is only at its end when the program has ended well, so
 * that half an archive is never taken for a whole one.
 */
final class ChildOutput extends FilterInputStream {
  private static final int KEPT = 3;
  private static final int LINE = 300;

  private final String name;
  private final Process process;
  private final Thread listener;
  private final Deque<String> last = new ArrayDeque<>(); // under its own monitor

  private ChildOutput(String name, Process process, Consumer<String> told) {
    super(process.getInputStream());
    this.name = name;
    this.process = process;
    this.listener = Thread.ofPlatform().daemon().name("polder-" + name).start(() -> listen(told));
  }

  /**
   * Starts a program.
   *
   * @param mend what to do if it is not there
   * @param told each line that it writes to standard error, fit for a terminal
   */
  static ChildOutput of(List<String> command, String mend, Consumer<String> told) {
    String name = command.getFirst();
    try {
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      return new ChildOutput(name, process, told);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED, "cannot run %s: %s; %s".formatted(name, e.getMessage(), mend), e);
    }
  }

  private void listen(Consumer<String> told) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int c = lines.read(); c >= 0; c = lines.read()) {
        if (c != '\n' && c != '\r') {
          if (line.length() < LINE) {
            line.append((char) c);
          }
        } else if (!line.isEmpty()) {
          String text = Words.printable(line.toString().strip());
          keep(text);
          told.accept(text);
          line.setLength(0);
        }
      }
    } catch (IOException e) {
      // it was killed, as nobody wants it any more
    }
  }

  private void keep(String line) {
    synchronized (last) {
      last.add(line);
      if (last.size() > KEPT) {
        last.remove();
      }
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int got = in.read(buffer, offset, length);
    if (got < 0) {
      end();
    }
    return got;
  }

  private void end() throws IOException {
    try {
      int code = process.waitFor();
      listener.join();
      if (code != 0) {
        throw new IOException(name + " ended with " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + name, e);
    }
  }

  /** What the program said last if it failed, in place of what came of it. */
  PolderException explain(Exception cause) {
    if (process.isAlive() || process.exitValue() == 0) {
      return cause instanceof PolderException known
          ? known
          : new PolderException(
              ErrorKind.HOST, "cannot read what " + name + " writes: " + cause, cause);
    }
    synchronized (last) {
      return new PolderException(
          ErrorKind.HOST,
          "%s ended with %d: %s".formatted(name, process.exitValue(), String.join("; ", last)),
          cause);
    }
  }

  /** Ends the program if it runs. */
  @Override
  public void close() throws IOException {
    process.destroy();
    super.close();
  }
}
