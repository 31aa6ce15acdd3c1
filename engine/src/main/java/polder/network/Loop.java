package polder.network;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import polder.linux.Epoll;
import polder.linux.EventFd;
import polder.linux.Fd;
import polder.linux.NetworkThread;
import polder.linux.Threads;

/**
 * What a server on networks has: one thread in the host's network namespace, which waits for
 * sockets and for the clock. All that it calls is called on it, and waits for nothing; others only
 * {@link #hand} it work, and close it.
 */
public final class Loop implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final long WAKE_UP = 0;

  private final Epoll epoll = Epoll.open();
  private final EventFd wakeUp = EventFd.open();
  private final ConcurrentLinkedQueue<Runnable> handed = new ConcurrentLinkedQueue<>();
  private final Map<Long, Handler> handlers = new HashMap<>();
  private final TreeMap<Long, Runnable> clock = new TreeMap<>(); // by when, all different
  private final Thread thread;
  private long tokens = WAKE_UP;
  private volatile boolean closed;

  /** What is done when a socket is ready. */
  public interface Handler {
    /** Deals with {@code events}, some of {@link Epoll}'s. */
    void ready(int events);

    /** Ends it: something went wrong. */
    void end();
  }

  /**
   * Starts one.
   *
   * @param host the namespace in which its thread is; it stays the caller's
   * @param name what the thread is called
   */
  public Loop(Fd host, String name) {
    epoll.add(wakeUp.fd(), Epoll.READABLE, WAKE_UP);
    thread = NetworkThread.start(host, name, this::run);
  }

  /** Has {@code work} done on the thread, and waits for that; nothing is done once it is closed. */
  public void hand(Runnable work) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    handed.add(
        () -> {
          try {
            work.run();
            done.complete(true);
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    wakeUp.signal();
    if (!thread.isAlive()) {
      drain(); // it died of an error: nobody is to wait for it
    }
    done.join();
  }

  private void drain() {
    for (Runnable work = handed.poll(); work != null; work = handed.poll()) {
      work.run();
    }
  }

  /** Waits for {@code events} of a socket; answers by what name it is known here. */
  public long watch(Fd fd, int events, Handler handler) {
    long token = ++tokens;
    epoll.add(fd, events, token);
    handlers.put(token, handler);
    return token;
  }

  /** Waits for other events of a socket from now on. */
  public void change(Fd fd, int events, long token) {
    epoll.change(fd, events, token);
  }

  /** Waits for a socket no longer; it is still open. */
  public void forget(Fd fd, long token) {
    if (handlers.remove(token) != null) {
      epoll.remove(fd);
    }
  }

  /** Has {@code what} done after {@code time}; answers by when that is known here. */
  public long after(Duration time, Runnable what) {
    long when = System.nanoTime() + time.toNanos();
    while (clock.containsKey(when)) {
      when++;
    }
    clock.put(when, what);
    return when;
  }

  /** Has what was to be done at that time not be done. */
  public void cancel(long when) {
    clock.remove(when);
  }

  private void run() {
    try {
      turn();
    } finally {
      drain();
    }
  }

  private void turn() {
    while (!closed) {
      for (Epoll.Ready each : clock.isEmpty() ? epoll.await() : epoll.await(next())) {
        if (each.token() == WAKE_UP) {
          wakeUp.take();
        } else {
          call(each);
        }
      }
      drain();
      while (!clock.isEmpty() && clock.firstKey() - System.nanoTime() <= 0) {
        guard(clock.pollFirstEntry().getValue());
      }
    }
  }

  private Duration next() {
    return Duration.ofNanos(Math.max(0, clock.firstKey() - System.nanoTime()));
  }

  private void call(Epoll.Ready ready) {
    @Nullable Handler handler = handlers.get(ready.token());
    if (handler == null) {
      return; // it was ended meanwhile
    }
    try {
      handler.ready(ready.events());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, Thread.currentThread().getName() + " closes a socket", e);
      guard(handler::end);
    }
  }

  private static void guard(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, Thread.currentThread().getName(), e);
    }
  }

  /** Ends the thread. What is watched is closed before, by who watches it. */
  @Override
  public void close() {
    closed = true;
    wakeUp.signal();
    Threads.join(thread);
    epoll.close();
    wakeUp.close();
  }
}
