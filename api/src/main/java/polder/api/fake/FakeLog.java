package polder.api.fake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import polder.api.stream.BytePipe;
import polder.model.Cursor;
import polder.model.LogLine;
import polder.model.LogQuery;

/** What a fake zone's main process writes: kept by lines, and passed on to who is attached. */
final class FakeLog {
  private static final int LONGEST = 16_384;

  private final ReentrantLock log = new ReentrantLock();
  private final Condition added = log.newCondition();
  private final List<LogLine> lines = new ArrayList<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private boolean closed;

  /** Who is attached: the ends that the process's output goes to. */
  final class Listener {
    private final BytePipe stdout = new BytePipe(1 << 16);
    private final BytePipe stderr = new BytePipe(1 << 16);

    InputStream stdout() {
      return stdout.in();
    }

    InputStream stderr() {
      return stderr.in();
    }

    void leave() {
      listeners.remove(this);
    }

    private void end() {
      close(stdout.out());
      close(stderr.out());
    }
  }

  Listener attach() {
    Listener listener = new Listener();
    listeners.add(listener);
    return listener;
  }

  /** The process ended: who is attached sees the end of its output. */
  void endOfRun() {
    for (Listener listener : listeners) {
      listener.end();
      listener.leave();
    }
  }

  /** Where the process writes {@code stream}. */
  OutputStream writer(String stream) {
    return new Writer(stream);
  }

  Cursor<LogLine> read(LogQuery query) {
    log.lock();
    try {
      List<LogLine> chosen = new ArrayList<>(lines);
      query.since().ifPresent(since -> chosen.removeIf(line -> line.time().isBefore(since)));
      int skip = query.tail() < 0 ? 0 : (int) Math.max(0, chosen.size() - query.tail());
      return new Reader(chosen.subList(skip, chosen.size()), lines.size(), query.follow());
    } finally {
      log.unlock();
    }
  }

  void close() {
    log.lock();
    try {
      closed = true;
      added.signalAll();
    } finally {
      log.unlock();
    }
    endOfRun();
  }

  private void add(String stream, byte[] text, boolean partial) {
    log.lock();
    try {
      lines.add(
          new LogLine(Instant.now(), stream, new String(text, StandardCharsets.UTF_8), partial));
      added.signalAll();
    } finally {
      log.unlock();
    }
  }

  private static void close(OutputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      throw new IllegalStateException("streams in memory close without failing", e);
    }
  }

  private final class Writer extends OutputStream {
    private final String stream;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Writer(String stream) {
      this.stream = stream;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      for (Listener listener : listeners) {
        try {
          (stream.equals("stdout") ? listener.stdout : listener.stderr)
              .out()
              .write(bytes, offset, length);
        } catch (IOException e) {
          listener.leave(); // it closed its end
        }
      }
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] == '\n') {
          add(stream, line.toByteArray(), false);
          line.reset();
        } else {
          line.write(bytes[i]);
          if (line.size() == LONGEST) {
            add(stream, line.toByteArray(), true);
            line.reset();
          }
        }
      }
    }

    @Override
    public void close() {
      if (line.size() > 0) {
        add(stream, line.toByteArray(), true);
        line.reset();
      }
    }
  }

  private final class Reader implements Cursor<LogLine> {
    private final List<LogLine> first;
    private final boolean follow;
    private int given;
    private int next;
    private boolean done;

    Reader(List<LogLine> first, int next, boolean follow) {
      this.first = List.copyOf(first);
      this.next = next;
      this.follow = follow;
    }

    @Override
    public Optional<LogLine> next(Duration patience) {
      long left = patience.toNanos();
      log.lock();
      try {
        if (done) {
          return Optional.empty();
        }
        if (given < first.size()) {
          return Optional.of(first.get(given++));
        }
        if (!follow) {
          return Optional.empty();
        }
        while (next == lines.size() && !closed && !done && left > 0) {
          left = added.awaitNanos(left);
        }
        return done || next == lines.size() ? Optional.empty() : Optional.of(lines.get(next++));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } finally {
        log.unlock();
      }
    }

    @Override
    public boolean ended() {
      log.lock();
      try {
        return done || (given == first.size() && (!follow || (closed && next == lines.size())));
      } finally {
        log.unlock();
      }
    }

    @Override
    public void close() {
      log.lock();
      try {
        done = true;
        added.signalAll();
      } finally {
        log.unlock();
      }
    }
  }
}
