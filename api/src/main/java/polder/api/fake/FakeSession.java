package polder.api.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;
import polder.model.ExitStatus;
import polder.model.Session;

/** The streams of a fake process, while somebody holds them. */
final class FakeSession implements Session {
  /** What is done to the process behind the streams. */
  interface Target {
    void resize(int rows, int columns);

    void signal(String signal);

    void release();
  }

  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private final Supplier<ExitStatus> end;
  private final Target target;

  FakeSession(
      OutputStream stdin,
      InputStream stdout,
      InputStream stderr,
      Supplier<ExitStatus> end,
      Target target) {
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.end = end;
    this.target = target;
  }

  @Override
  public OutputStream stdin() {
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return stdout;
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public void resize(int rows, int columns) {
    target.resize(rows, columns);
  }

  @Override
  public void signal(String signal) {
    target.signal(signal);
  }

  @Override
  public ExitStatus await() {
    return end.get();
  }

  @Override
  public void close() {
    try {
      stdout.close();
      stderr.close();
    } catch (IOException e) {
      throw new IllegalStateException("streams in memory close without failing", e);
    }
    target.release();
  }
}
