package polder.linux;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets any number of virtual threads wait for descriptors while one thread of the operating
 * system's waits in the kernel.
 *
 * <p>A system call that waits holds the carrier of a virtual thread, and there are only as many of
 * those as processors. So who reads a pipe, a terminal or a pidfd on a virtual thread opens it
 * non-blocking and waits here when there is nothing.
 */
public final class Poller implements AutoCloseable {
  private static final long WAKE_UP = 0;

  private final Epoll epoll = Epoll.open();
  private final EventFd wakeUp = EventFd.open();
  private final AtomicLong tokens = new AtomicLong(WAKE_UP);
  private final Map<Long, CompletableFuture<Integer>> waiting = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  private Poller() {
    epoll.add(wakeUp.fd(), Epoll.READABLE, WAKE_UP);
    thread = Thread.ofPlatform().name("poller").daemon().unstarted(this::run);
  }

  /** Starts the one thread. */
  public static Poller start() {
    Poller poller = new Poller();
    poller.thread.start();
    return poller;
  }

  /**
   * Waits for {@code events} of {@code fd}, bits of {@link Epoll}; hang-ups and errors end it too.
   *
   * @return which came, 0 if none did within {@code limit}
   * @throws IllegalStateException if this is closed
   * @throws InterruptedException if the thread was interrupted
   */
  public int await(Fd fd, int events, Duration limit) throws InterruptedException {
    long token = tokens.incrementAndGet();
    CompletableFuture<Integer> future = new CompletableFuture<>();
    waiting.put(token, future);
    // a descriptor of its own: another thread may wait for the same file, to write it say
    try (Fd own = fd.duplicate()) {
      if (closed) {
        throw closed();
      }
      epoll.add(own, events | Epoll.ONCE, token);
      try {
        return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return 0;
      } catch (ExecutionException e) {
        throw closed();
      } finally {
        if (!closed) {
          epoll.remove(own);
        }
      }
    } finally {
      waiting.remove(token);
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the poller is closed");
  }

  private void run() {
    while (!closed) {
      for (Epoll.Ready ready : epoll.await()) {
        CompletableFuture<Integer> future = waiting.get(ready.token());
        if (future != null) {
          future.complete(ready.events());
        }
      }
    }
    IllegalStateException end = closed();
    waiting.values().forEach(each -> each.completeExceptionally(end));
    epoll.close();
    wakeUp.close();
  }

  /** Ends the thread; who waits gets an IllegalStateException. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      wakeUp.signal();
    }
  }
}
