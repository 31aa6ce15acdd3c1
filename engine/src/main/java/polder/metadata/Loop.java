package polder.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import polder.linux.Threads;

/** The one thread that has all sockets. What is not {@link #hand} and {@link #close} is its own. */
final class Loop implements AutoCloseable {
  /** What all that is held for all connections together may be, in bytes. */
  static final int ROOM = 32 << 20;

  private static final System.Logger LOG = System.getLogger("polder.metadata");
  private static final int PIECE = 8192;

  private final Selector selector;
  private final ConcurrentLinkedQueue<Runnable> handed = new ConcurrentLinkedQueue<>();
  private final TreeMap<Long, Runnable> clock = new TreeMap<>(); // by when, all different
  private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
  private final Thread thread;
  private long held;
  private volatile boolean closed;

  Loop() {
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
    }
    thread = Thread.ofPlatform().daemon().name("polder-metadata").start(this::run);
  }

  /** Has {@code work} done on the thread, soon. */
  void hand(Runnable work) {
    handed.add(work);
    selector.wakeup();
    if (!thread.isAlive()) {
      drain(); // there is nobody else to do it
    }
  }

  /** Whether nobody is served any more. */
  boolean isClosed() {
    return closed;
  }

  Selector selector() {
    return selector;
  }

  /** Where everybody reads to, one after the other. */
  ByteBuffer piece() {
    return piece.clear();
  }

  /** Takes so many bytes of the room, or gives back; whether there was that much. */
  boolean hold(long bytes) {
    held += bytes;
    return held <= ROOM;
  }

  /** How many bytes of the room are taken. */
  long held() {
    return held;
  }

  /** Has {@code what} done after {@code time}; answers by when that is known here. */
  long after(Duration time, Runnable what) {
    long when = System.nanoTime() + time.toNanos();
    while (clock.containsKey(when)) {
      when++;
    }
    clock.put(when, what);
    return when;
  }

  void cancel(long when) {
    clock.remove(when);
  }

  private void run() {
    while (!closed) {
      try {
        selector.select(Loop::ready, pause());
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "the metadata of zones", e);
      }
      drain();
      while (!clock.isEmpty() && clock.firstKey() - System.nanoTime() <= 0) {
        guard(clock.pollFirstEntry().getValue());
      }
    }
    drain();
    for (SelectionKey key : List.copyOf(selector.keys())) {
      guard(() -> end(key));
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "the metadata of zones", e);
    }
  }

  private static void end(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // closing a socket does not fail
    }
  }

  private void drain() {
    for (Runnable work = handed.poll(); work != null; work = handed.poll()) {
      guard(work);
    }
  }

  private long pause() {
    return clock.isEmpty()
        ? 0 // until something happens
        : Math.max(1, Duration.ofNanos(clock.firstKey() - System.nanoTime()).toMillis() + 1);
  }

  private static void ready(SelectionKey key) {
    if (key.attachment() instanceof Runnable handler) {
      guard(handler);
    }
  }

  private static void guard(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "the metadata of a zone", e);
    }
  }

  /** Closes all sockets and ends the thread. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    Threads.join(thread);
  }
}
