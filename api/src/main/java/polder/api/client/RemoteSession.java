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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.api.stream.BytePipe;
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
  private static final int BUFFER = 65_536; // as a pipe's
  private static final int CHUNK = 32_768;
  private static final long PATIENCE = 10; // for the answer to a signal, s
  private static final String OVER = "over"; // in place of an answer; no JSON, so never one

  private final HttpConnection connection;
  private final FrameWriter writer;
  private final BytePipe stdout = new BytePipe(BUFFER);
  private final BytePipe stderr = new BytePipe(BUFFER);
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final BlockingQueue<String> signalled = new ArrayBlockingQueue<>(16);
  private final ReentrantLock signalling = new ReentrantLock();
  private final ReentrantLock credit = new ReentrantLock();
  private final Condition credited = credit.newCondition();
  private final OutputStream stdin = new Input();
  private int room = Frame.WINDOW;
  private boolean over;

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
    stdout.fail(broken);
    stderr.fail(broken);
    credit.lock();
    try {
      over = true;
      credited.signalAll();
    } finally {
      credit.unlock();
    }
    signalled.offer(OVER);
    connection.close();
  }

  private void take(Frame frame) throws IOException {
    byte[] payload = frame.payload();
    switch (frame.kind()) {
      case STDOUT -> output(stdout, payload);
      case STDERR -> output(stderr, payload);
      case EXIT -> {
        if (payload.length != 1) {
          throw new IOException("an exit status is one byte");
        }
        exit.complete(new ExitStatus(payload[0] & 0xff));
      }
      case SIGNALLED -> signalled.offer(frame.text());
      case CREDIT -> {
        credit.lock();
        try {
          room += java.nio.ByteBuffer.wrap(payload).getInt();
          credited.signalAll();
        } finally {
          credit.unlock();
        }
      }
      case PING -> {}
      case STDIN, STDIN_END, RESIZE, SIGNAL, ERROR ->
          throw new IOException("a daemon does not send " + frame.kind());
    }
  }

  private static void output(BytePipe pipe, byte[] bytes) throws IOException {
    OutputStream out = pipe.out();
    if (bytes.length == 0) {
      out.close();
      return;
    }
    try {
      out.write(bytes);
    } catch (IOException e) {
      // who reads it closed it: the rest is thrown away
    }
  }

  @Override
  public OutputStream stdin() {
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return stdout.in();
  }

  @Override
  public InputStream stderr() {
    return stderr.in();
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
      @Nullable String answer = over() ? OVER : ask(signal);
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

  private boolean over() {
    credit.lock();
    try {
      return over;
    } finally {
      credit.unlock();
    }
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
    stdout.fail(closed);
    stderr.fail(closed);
  }

  /** Sends no more than the daemon has room for, so that signals never wait behind it. */
  private final class Input extends OutputStream {
    private boolean ended;

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int count = take(Math.min(CHUNK, length - done));
        writer.write(Frame.Kind.STDIN, bytes, offset + done, count);
        done += count;
      }
    }

    private int take(int wanted) throws IOException {
      credit.lock();
      try {
        while (room == 0 && !over) {
          credited.await();
        }
        if (over || ended) {
          throw new IOException(ended ? "the input is closed" : "the process has ended");
        }
        int count = Math.min(wanted, room);
        room -= count;
        return count;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.io.InterruptedIOException("interrupted");
      } finally {
        credit.unlock();
      }
    }

    @Override
    public void close() {
      credit.lock();
      try {
        if (ended || over) {
          return;
        }
        ended = true;
      } finally {
        credit.unlock();
      }
      try {
        writer.write(Frame.Kind.STDIN_END);
      } catch (IOException e) {
        // the process is gone: its input has ended
      }
    }
  }
}
