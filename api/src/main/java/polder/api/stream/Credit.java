package polder.api.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of one stream may be sent until the other side says that it took some.
 *
 * <p>Who sends no more than this never fills the connection, so that what travels beside the stream
 * (signals, sizes, the exit status) is never held up by it.
 */
public final class Credit {
  private final ReentrantLock count = new ReentrantLock();
  private final Condition changed = count.newCondition();
  private long room;
  private boolean unbounded;
  private @Nullable String closed;

  /** Credit for the first {@code room} bytes. */
  public Credit(int room) {
    this.room = room;
  }

  /**
   * Waits until something may be sent. For one thread: it sends, then {@link #spend}s.
   *
   * @return how much, {@code most} at most
   * @throws IOException if it is or becomes closed
   */
  public int await(int most) throws IOException {
    count.lock();
    try {
      while (room <= 0 && !unbounded && closed == null) {
        changed.await();
      }
      if (closed != null) {
        throw new IOException(closed);
      }
      return unbounded ? most : (int) Math.min(most, room);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } finally {
      count.unlock();
    }
  }

  /** So many bytes were sent. */
  public void spend(int bytes) {
    count.lock();
    try {
      room -= bytes;
    } finally {
      count.unlock();
    }
  }

  /** The other side took so many bytes. */
  public void add(int bytes) {
    count.lock();
    try {
      room += bytes;
      changed.signalAll();
    } finally {
      count.unlock();
    }
  }

  /** The other side cannot tell any more what it takes: from now on everything may be sent. */
  public void unbound() {
    count.lock();
    try {
      unbounded = true;
      changed.signalAll();
    } finally {
      count.unlock();
    }
  }

  /** Nothing more may be sent, because of {@code why}; who waits gets that as an exception. */
  public void close(String why) {
    count.lock();
    try {
      if (closed == null) {
        closed = why;
      }
      changed.signalAll();
    } finally {
      count.unlock();
    }
  }

  /** Whether nothing more may be sent. */
  public boolean closed() {
    count.lock();
    try {
      return closed != null;
    } finally {
      count.unlock();
    }
  }
}
