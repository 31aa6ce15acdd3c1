package polder.api.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.api.stream.BytePipe;
import polder.api.stream.Credit;
import polder.api.stream.Frame;
import polder.api.stream.FrameReader;
import polder.api.stream.FrameWriter;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.json.ErrorJson;

/** The streams of a process at the far end. One thread takes its frames apart. */
final class RemoteSession implements Session {
  private static final int CHUNK = 32_768;
  private static final long PATIENCE = 10; // for the answer to a signal, s
  private static final String OVER = "over"; // in place of an answer; no JSON, so never one

  private final HttpConnection connection;
  private final FrameWriter writer;
  private final Output stdout = new Output(Frame.Kind.STDOUT_CREDIT);
  private final Output stderr = new Output(Frame.Kind.STDERR_CREDIT);
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final BlockingQueue<String> signalled = new ArrayBlockingQueue<>(16);
  private final ReentrantLock signalling = new ReentrantLock();
  private final Input stdin = new Input();
  private volatile boolean over;

  RemoteSession(HttpConnection connection) {
    this.connection = connection;
    this.writer = new FrameWriter(connection.out());
    Thread.ofPlatform().daemon().name("polder session reader").start(this::read);
  }

  private void read() {
    PolderException why =
        new PolderException(
            ErrorKind.UNREACHABLE, "the daemon closed the stream before the process had ended");
    try {
      FrameReader reader = new FrameReader(connection.in());
      for (Optional<Frame> next = reader.read(); next.isPresent(); next = reader.read()) {
        Frame frame = next.get();
        if (frame.kind() == Frame.Kind.ERROR) {
          why = ErrorJson.read(Json.read(frame.payload()));
          break;
        }
        take(frame);
      }
    } catch (IOException e) {
      why = Caller.lost(e);
    } catch (PolderException e) {
      why = e;
    }
    exit.completeExceptionally(why); // does nothing if the end was told
    IOException broken = new IOException(why.getMessage(), why);
    stdout.pipe.fail(broken);
    stderr.pipe.fail(broken);
    over = true;
    stdin.credit.close("the process has ended");
    signalled.offer(OVER);
    connection.close();
  }

  private void take(Frame frame) throws IOException {
    byte[] payload = frame.payload();
    switch (frame.kind()) {
      case STDOUT -> stdout.came(payload);
      case STDERR -> stderr.came(payload);
      case EXIT -> {
        if (payload.length != 1) {
          throw new IOException("an exit status is one byte");
        }
        exit.complete(new ExitStatus(payload[0] & 0xff));
      }
      case SIGNALLED -> signalled.offer(frame.text());
      case CREDIT -> stdin.credit.add(frame.count());
      case PING -> {}
      case STDIN, STDIN_END, RESIZE, SIGNAL, STDOUT_CREDIT, STDERR_CREDIT, ERROR ->
          throw new IOException("a daemon does not send " + frame.kind());
    }
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
    if (rows < 0 || columns < 0 || rows > 65_535 || columns > 65_535) {
      throw new PolderException(ErrorKind.INVALID, "a terminal has 0 to 65535 rows and columns");
    }
    try {
      writer.write(
          Frame.Kind.RESIZE,
          (byte) (rows >> 8),
          (byte) rows,
          (byte) (columns >> 8),
          (byte) columns);
    } catch (IOException e) {
      // it is over, and its terminal with it
    }
  }

  @Override
  public void signal(String signal) {
    signalling.lock();
    try {
      signalled.clear();
      @Nullable String answer = over ? OVER : ask(signal);
      if (answer == null) {
        throw new PolderException(
            ErrorKind.TIMED_OUT, "the daemon did not say whether the signal was sent");
      }
      if (answer.equals(OVER)) {
        var _ = await(); // it has ended by itself, which is well, or the connection broke
      } else if (!answer.isEmpty()) {
        throw ErrorJson.read(Json.read(answer));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      signalling.unlock();
    }
  }

  private @Nullable String ask(String signal) throws InterruptedException {
    try {
      writer.write(Frame.Kind.SIGNAL, signal);
    } catch (IOException e) {
      // the connection is closed: who reads from it finds out why
    }
    return signalled.poll(PATIENCE, TimeUnit.SECONDS);
  }

  @Override
  public ExitStatus await() {
    try {
      return exit.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof PolderException told
          ? new PolderException(told.kind(), String.valueOf(told.getMessage()), told)
          : new PolderException(ErrorKind.HOST, "the session broke: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while waiting for a process", e);
    }
  }

  @Override
  public void close() {
    connection.close();
    IOException closed = new IOException("the session is closed");
    stdout.pipe.fail(closed);
    stderr.pipe.fail(closed);
  }

  /**
   * What came and was not read yet: no more than the daemon was given room for, so that the thread
   * that takes frames apart never waits for who reads, and what is behind the output comes through.
   */
  private final class Output extends InputStream {
    private final BytePipe pipe = new BytePipe(Frame.OUTPUT_WINDOW);
    private final InputStream in = pipe.in();
    private final OutputStream out = pipe.out();
    private final AtomicInteger unread = new AtomicInteger();
    private final AtomicInteger owed = new AtomicInteger(); // read, and the daemon not told
    private final Frame.Kind kind;

    Output(Frame.Kind kind) {
      this.kind = kind;
    }

    void came(byte[] bytes) throws IOException {
      if (bytes.length == 0) {
        out.close();
        return;
      }
      unread.addAndGet(bytes.length);
      try {
        out.write(bytes);
      } catch (IOException e) {
        owe(unread.getAndSet(0)); // who reads it closed it: the rest is thrown away
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      if (count > 0) {
        unread.addAndGet(-count);
        owe(count);
      }
      return count;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
      owe(unread.getAndSet(0));
    }

    /** Tells the daemon now and then, and always before it would wait for it. */
    private void owe(int bytes) {
      if (owed.addAndGet(bytes) < Frame.OUTPUT_WINDOW / 4) {
        return;
      }
      try {
        writer.writeNumber(kind, owed.getAndSet(0));
      } catch (IOException e) {
        // it is over, and nothing more is sent
      }
    }
  }

  /** Sends no more than the daemon has room for, so that signals never wait behind it. */
  private final class Input extends OutputStream {
    private final Credit credit = new Credit(Frame.WINDOW);

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int count = credit.await(Math.min(CHUNK, length - done));
        credit.spend(count);
        writer.write(Frame.Kind.STDIN, bytes, offset + done, count);
        done += count;
      }
    }

    @Override
    public void close() {
      if (credit.closed()) {
        return;
      }
      credit.close("the input is closed");
      try {
        writer.write(Frame.Kind.STDIN_END);
      } catch (IOException e) {
        // the process is gone: its input has ended
      }
    }
  }
}
