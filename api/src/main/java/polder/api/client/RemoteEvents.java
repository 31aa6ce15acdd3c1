package polder.api.client;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.Events;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.HostJson;

/** What happened on the host at the far end. */
final class RemoteEvents implements Events {
  private static final long PAUSE = 200_000_000; // between two attempts to reconnect, ns

  private final Caller caller;

  RemoteEvents(Caller caller) {
    this.caller = caller;
  }

  @Override
  public long newest() {
    Object newest = Json.asObject(caller.call("GET", "/v1/events/newest", null)).get("newest");
    if (newest instanceof Long cursor) {
      return cursor;
    }
    throw new PolderException(ErrorKind.HOST, "the daemon's answer has no 'newest'");
  }

  @Override
  public Cursor<Event> since(long cursor, boolean follow) {
    return follow ? new Follower(cursor) : connect(cursor, false);
  }

  private Cursor<Event> connect(long cursor, boolean follow) {
    return new LineCursor<>(
        caller.open(
            "GET", "/v1/events?since=" + cursor + (follow ? "&follow=true" : ""), Map.of(), null),
        HostJson::readEvent);
  }

  /** Goes on where it was when the daemon comes back: nothing is missed and nothing comes twice. */
  private final class Follower implements Cursor<Event> {
    private final ReentrantLock life = new ReentrantLock();
    private final Condition closing = life.newCondition();
    private long last;
    private Cursor<Event> source;
    private volatile boolean lost;
    private volatile boolean closed;

    Follower(long cursor) {
      last = cursor;
      source = connect(cursor, true);
    }

    @Override
    public Optional<Event> next(Duration patience) {
      long deadline = System.nanoTime() + patience.toNanos();
      while (!closed) {
        if (!lost || reconnected()) {
          Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
          try {
            Optional<Event> event = source.next(left);
            if (event.isPresent()) {
              last = event.get().cursor();
              return event;
            }
            lost = source.ended();
          } catch (PolderException e) {
            if (e.kind() != ErrorKind.UNREACHABLE) {
              throw e;
            }
            lost = true;
          }
        }
        long left = deadline - System.nanoTime();
        if (left <= 0 || (lost && !pause(Math.min(left, PAUSE)))) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }

    private boolean reconnected() {
      try {
        Cursor<Event> fresh = connect(last, true);
        life.lock();
        try {
          source.close();
          source = fresh;
          lost = false;
          if (closed) {
            fresh.close();
          }
        } finally {
          life.unlock();
        }
        return true;
      } catch (PolderException e) {
        if (e.kind() != ErrorKind.UNREACHABLE) {
          throw e;
        }
        return false;
      }
    }

    /** Waits a while; false if that is no use any more. */
    private boolean pause(long nanos) {
      life.lock();
      try {
        long left = nanos;
        while (!closed && left > 0) {
          left = closing.awaitNanos(left);
        }
        return !closed;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } finally {
        life.unlock();
      }
    }

    @Override
    public boolean ended() {
      return closed;
    }

    @Override
    public void close() {
      life.lock();
      try {
        closed = true;
        source.close();
        closing.signalAll();
      } finally {
        life.unlock();
      }
    }
  }
}
