package polder.api.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.Events;
import polder.model.PolderException;

/** What happened on the fake host; the newest {@value #KEPT} are kept. */
final class FakeEvents implements Events {
  private static final int KEPT = 10_000;

  private final ReentrantLock events = new ReentrantLock();
  private final Condition added = events.newCondition();
  private final List<Event> kept = new ArrayList<>();
  private long newest;
  private boolean closed;

  void add(String kind, Optional<UUID> zone, String name, Map<String, Object> details) {
    events.lock();
    try {
      kept.add(new Event(++newest, Instant.now(), kind, zone, name, details));
      if (kept.size() > KEPT) {
        kept.removeFirst();
      }
      added.signalAll();
    } finally {
      events.unlock();
    }
  }

  void close() {
    events.lock();
    try {
      closed = true;
      added.signalAll();
    } finally {
      events.unlock();
    }
  }

  @Override
  public long newest() {
    events.lock();
    try {
      return newest;
    } finally {
      events.unlock();
    }
  }

  @Override
  public Cursor<Event> since(long cursor, boolean follow) {
    events.lock();
    try {
      if (cursor > newest) {
        throw new PolderException(
            ErrorKind.NOT_FOUND,
            "there is no event %d yet, the newest is %d".formatted(cursor, newest));
      }
      if (cursor < newest - kept.size()) {
        throw new PolderException(
            ErrorKind.NOT_FOUND,
            "events after %d are no longer kept, the oldest is %d"
                .formatted(cursor, newest - kept.size() + 1));
      }
      return new Reader(cursor, follow ? Long.MAX_VALUE : newest);
    } finally {
      events.unlock();
    }
  }

  private final class Reader implements Cursor<Event> {
    private long last;
    private final long end;
    private boolean done;

    Reader(long last, long end) {
      this.last = last;
      this.end = end;
    }

    @Override
    public Optional<Event> next(Duration patience) {
      long left = patience.toNanos();
      events.lock();
      try {
        while (!over() && last == newest && left > 0) {
          left = added.awaitNanos(left);
        }
        if (over() || last == newest) {
          return Optional.empty();
        }
        long oldest = newest - kept.size() + 1;
        if (last + 1 < oldest) {
          throw new PolderException(
              ErrorKind.NOT_FOUND, "events after %d are no longer kept".formatted(last));
        }
        Event event = kept.get((int) (last + 1 - oldest));
        last = event.cursor();
        return Optional.of(event);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } finally {
        events.unlock();
      }
    }

    private boolean over() {
      return done || last >= end || (closed && last == newest);
    }

    @Override
    public boolean ended() {
      events.lock();
      try {
        return over();
      } finally {
        events.unlock();
      }
    }

    @Override
    public void close() {
      events.lock();
      try {
        done = true;
        added.signalAll();
      } finally {
        events.unlock();
      }
    }
  }
}
