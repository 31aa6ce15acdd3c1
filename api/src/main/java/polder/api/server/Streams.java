package polder.api.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The answers that go on for as long as somebody listens: bounded in number, so that they leave
 * threads for everybody else, and told when the server goes down.
 */
final class Streams {
  /** How many there may be. Each holds up to five threads while it lasts. */
  static final int MOST = 600;

  private final ReentrantLock count = new ReentrantLock();
  private final Condition fewer = count.newCondition();
  private final Set<Stream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  /** One of them, while it lasts. */
  final class Stream implements AutoCloseable {
    private final Runnable onShutdown;

    private Stream(Runnable onShutdown) {
      this.onShutdown = onShutdown;
    }

    @Override
    public void close() {
      count.lock();
      try {
        open.remove(this);
        fewer.signalAll();
      } finally {
        count.unlock();
      }
    }
  }

  /**
   * Counts one more.
   *
   * @param onShutdown run on another thread when the server goes down
   * @throws PolderException NO_ROOM if there are too many
   */
  Stream open(Runnable onShutdown) {
    count.lock();
    try {
      if (closing) {
        throw down();
      }
      if (open.size() >= MOST) {
        throw new PolderException(
            ErrorKind.NO_ROOM,
            "%d streams (logs, events, consoles) are open already: close some".formatted(MOST));
      }
      Stream stream = new Stream(onShutdown);
      open.add(stream);
      return stream;
    } finally {
      count.unlock();
    }
  }

  /** Whether the server goes down. */
  boolean closing() {
    return closing;
  }

  int size() {
    return open.size();
  }

  static PolderException down() {
    return new PolderException(ErrorKind.UNREACHABLE, "the daemon is going down; zones run on");
  }

  /** Tells all that the server goes down, and gives them {@code millis} to end. */
  void shutdown(long millis) {
    closing = true;
    for (Stream stream : open) {
      // a client that does not read holds up its own farewell, and nobody else's
      Thread.ofPlatform().daemon().name("polder-api-farewell").start(stream.onShutdown);
    }
    count.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!open.isEmpty() && left > 0) {
        left = fewer.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      count.unlock();
    }
  }
}
