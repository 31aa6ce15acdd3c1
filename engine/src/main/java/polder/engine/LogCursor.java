package polder.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.Cursor;
import polder.model.LogLine;
import polder.model.LogQuery;

/** The lines of a zone's log that somebody asked for. */
final class LogCursor implements Cursor<LogLine> {
  private final ZoneLog log;
  private final LogQuery query;
  private final LogReader reader;
  private final ZoneLog.Place stopAt;
  private final LogLines lines = new LogLines();
  private final Deque<LogLine> ready = new ArrayDeque<>();
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean closed;
  private boolean done;

  LogCursor(ZoneLog log, LogQuery query) {
    this.log = log;
    this.query = query;
    this.stopAt = log.now();
    this.reader = new LogReader(log, log.beginning());
    if (query.tail() >= 0) {
      while (!reader.reached(stopAt) && read()) {
        while (ready.size() > query.tail()) {
          ready.remove();
        }
      }
    }
  }

  @Override
  public Optional<LogLine> next(Duration patience) {
    reading.lock();
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      long told = log.tellings();
      while (!closed && ready.isEmpty() && !done) {
        if (!query.follow() && reader.reached(stopAt)) {
          finish();
        } else if (!read()) {
          if (!query.follow() || log.closed()) {
            finish();
          } else if (!log.await(reader.place(), told, deadline - System.nanoTime())) {
            break;
          }
        }
      }
      return closed ? Optional.empty() : Optional.ofNullable(ready.poll());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      reading.unlock();
    }
  }

  private void finish() {
    keep(lines.rest());
    done = true;
  }

  /** Reads one piece; false if there is none now. */
  private boolean read() {
    try {
      Optional<LogReader.Piece> piece = reader.next();
      piece.ifPresent(some -> keep(lines.add(some)));
      return piece.isPresent();
    } catch (LogReader.SlowReaderException e) {
      if (log.closed()) {
        return false;
      }
      reader.restart(); // what was rotated away is gone; the rest is still wanted
      return true;
    }
  }

  private void keep(Iterable<LogLine> some) {
    for (LogLine line : some) {
      if (query.since().isEmpty() || !line.time().isBefore(query.since().get())) {
        ready.add(line);
      }
    }
  }

  @Override
  public boolean ended() {
    reading.lock();
    try {
      return closed || (done && ready.isEmpty());
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    log.tell();
    reading.lock(); // soon: who waits has been told
    try {
      reader.close();
    } finally {
      reading.unlock();
    }
  }
}
