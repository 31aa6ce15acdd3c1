package polder.api.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.api.stream.BytePipe;
import polder.api.stream.Credit;
import polder.api.stream.Frame;
import polder.api.stream.FrameReader;
import polder.api.stream.FrameWriter;
import polder.model.ExitStatus;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.json.ErrorJson;

/**
 * Carries a process's streams over one connection, until the process and its output have ended, or
 * the client is gone.
 *
 * <p>Input that the process does not take yet waits in a bounded buffer, so that a signal behind it
 * is not held up; the client is told how much was taken. Output is read from the process only as
 * far as the client has room for it: an exit status is never behind output that nobody reads, and a
 * process that writes more than is wanted waits for its reader, as on any pipe. After the client
 * closed its half, a frame every second finds out whether it still reads.
 */
final class SessionServer {
  private static final int CHUNK = 32_768;
  private static final int FIRST = 4_096; // of a chunk: most sessions are quiet, and there are many

  private final Session session;
  private final Hijack connection;
  private final Executor threads;
  private final FrameWriter writer;
  private final BytePipe input = new BytePipe(Frame.WINDOW);
  private final Credit output = new Credit(Frame.OUTPUT_WINDOW);
  private final Credit errors = new Credit(Frame.OUTPUT_WINDOW);
  private final AtomicInteger pending = new AtomicInteger();
  private final CountDownLatch working = new CountDownLatch(3); // stdout, stderr, the end
  private final ReentrantLock watching = new ReentrantLock();
  private final ReentrantLock answering = new ReentrantLock(); // a signal, before all is over
  private @Nullable Thread watcher;
  private boolean left;
  private volatile boolean unread;

  SessionServer(Session session, Hijack connection, Executor threads) {
    this.session = session;
    this.connection = connection;
    this.threads = threads;
    this.writer = new FrameWriter(connection.out());
  }

  /** Returns when it is over; session and connection are closed then. */
  void run() {
    try (session;
        connection) {
      threads.execute(this::feed);
      threads.execute(() -> pump(session.stdout(), Frame.Kind.STDOUT, output));
      threads.execute(() -> pump(session.stderr(), Frame.Kind.STDERR, errors));
      threads.execute(this::watch);
      listen();
      output.unbound(); // who closed its half cannot tell what it reads
      errors.unbound();
      while (!working.await(1, TimeUnit.SECONDS)) {
        writer.write(Frame.Kind.PING);
      }
    } catch (IOException e) {
      // the client is gone, or speaks something else: closing is all that is left to do
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      input.fail(new IOException("the session is over"));
      output.close("the session is over");
      errors.close("the session is over");
      stopWatching();
    }
  }

  /** The daemon goes down: says so and lets go. */
  void shutdown() {
    try {
      writer.write(Frame.Kind.ERROR, Json.write(ErrorJson.write(Streams.down())));
    } catch (IOException e) {
      // then nobody needs to be told
    }
    connection.close();
  }

  /** What the client sends, until it closes its half; or until all is over. */
  private void listen() throws IOException {
    FrameReader reader = new FrameReader(connection.in());
    OutputStream stdin = input.out();
    for (Optional<Frame> next = reader.read(); next.isPresent(); next = reader.read()) {
      Frame frame = next.get();
      switch (frame.kind()) {
        case STDIN -> take(stdin, frame.payload());
        case STDIN_END -> stdin.close();
        case RESIZE -> resize(frame.payload());
        case SIGNAL -> signal(frame.text());
        case STDOUT_CREDIT -> output.add(frame.count());
        case STDERR_CREDIT -> errors.add(frame.count());
        case STDOUT, STDERR, EXIT, ERROR, PING, SIGNALLED, CREDIT ->
            throw new IOException("a client does not send " + frame.kind());
      }
    }
    stdin.close();
  }

  /** Never waits: what is credited has room. */
  private void take(OutputStream stdin, byte[] bytes) throws IOException {
    if (pending.addAndGet(bytes.length) > Frame.WINDOW && !unread) {
      throw new IOException("the client sent more input than it was credited");
    }
    try {
      stdin.write(bytes);
    } catch (IOException e) {
      writer.writeNumber(Frame.Kind.CREDIT, bytes.length); // nobody reads it: thrown away
    }
  }

  private void resize(byte[] size) throws IOException {
    if (size.length != 4) {
      throw new IOException("a window's size is four bytes");
    }
    try {
      session.resize(
          ((size[0] & 0xff) << 8) | (size[1] & 0xff), ((size[2] & 0xff) << 8) | (size[3] & 0xff));
    } catch (PolderException e) {
      // the process is gone with its terminal; its end is on the way
    }
  }

  private void signal(String name) throws IOException {
    answering.lock(); // it may end the process, and that the connection, before it is answered
    try {
      session.signal(name);
      writer.write(Frame.Kind.SIGNALLED);
    } catch (PolderException e) {
      writer.write(Frame.Kind.SIGNALLED, Json.write(ErrorJson.write(e)));
    } finally {
      answering.unlock();
    }
  }

  private void feed() {
    byte[] buffer = new byte[FIRST];
    try (InputStream from = input.in();
        OutputStream to = session.stdin()) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
        pending.addAndGet(-n);
        writer.writeNumber(Frame.Kind.CREDIT, n);
      }
    } catch (IOException e) {
      unread();
    }
  }

  /** The process closed its input, or all is over: the client may send, and it is thrown away. */
  private void unread() {
    unread = true;
    try {
      writer.writeNumber(Frame.Kind.CREDIT, pending.getAndSet(0));
    } catch (IOException e) {
      connection.close();
    }
  }

  private void pump(InputStream from, Frame.Kind kind, Credit credit) {
    byte[] frame = new byte[FrameWriter.HEAD + FIRST];
    try {
      while (true) {
        int room = frame.length - FrameWriter.HEAD;
        int n = from.read(frame, FrameWriter.HEAD, credit.await(room));
        if (n < 0) {
          break;
        }
        credit.spend(n);
        writer.writeWithin(frame, kind, n);
        if (n == room && room < CHUNK) {
          frame = new byte[FrameWriter.HEAD + CHUNK];
        }
      }
      writer.write(kind);
    } catch (IOException e) {
      quietly(kind);
    } finally {
      one();
    }
  }

  /** The process's stream broke: for the client that is its end. */
  private void quietly(Frame.Kind kind) {
    try {
      writer.write(kind);
    } catch (IOException e) {
      connection.close(); // it was the client's
    }
  }

  /** Waits for the process's end, which may come long after everybody has left. */
  private void watch() {
    watching.lock();
    try {
      if (left) {
        return;
      }
      watcher = Thread.currentThread();
    } finally {
      watching.unlock();
    }
    try {
      end();
    } finally {
      watching.lock();
      try {
        watcher = null;
      } finally {
        watching.unlock();
      }
    }
  }

  /** Nobody wants to know any more. Only who still waits is interrupted: the thread is a pool's. */
  private void stopWatching() {
    watching.lock();
    try {
      left = true;
      if (watcher != null) {
        watcher.interrupt();
      }
    } finally {
      watching.unlock();
    }
  }

  private void end() {
    try {
      ExitStatus status = session.await();
      writer.write(Frame.Kind.EXIT, (byte) status.code());
    } catch (PolderException e) {
      try {
        writer.write(Frame.Kind.ERROR, Json.write(ErrorJson.write(e)));
      } catch (IOException gone) {
        connection.close();
      }
    } catch (IOException e) {
      connection.close();
    } finally {
      one();
    }
  }

  /** The last one of stdout, stderr and the end ends the conversation. */
  private void one() {
    working.countDown();
    if (working.getCount() == 0) {
      answering.lock();
      try {
        connection.close();
      } finally {
        answering.unlock();
      }
    }
  }
}
