package polder.engine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import polder.linux.Epoll;
import polder.linux.EventFd;
import polder.linux.Fd;
import polder.linux.SyscallException;

/**
 * One thread that waits for many descriptors, and calls what is to be done when one is ready.
 *
 * <p>A read that waits in the kernel holds a virtual thread's carrier, of which there are as many
 * as processors; so nobody here waits in the kernel but this thread.
 */
final class Lookout implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private static final long WAKE_UP = 0;

  private final Epoll epoll;
  private final EventFd wakeUp;
  private final ConcurrentHashMap<Long, Watched> watched = new ConcurrentHashMap<>();
  private final AtomicLong keys = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  private Lookout(String name, Epoll epoll, EventFd wakeUp) {
    this.epoll = epoll;
    this.wakeUp = wakeUp;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** One whose thread has that name. */
  static Lookout open(String name) {
    Undo undo = new Undo();
    try (undo) {
      Epoll epoll = Epoll.open();
      undo.add(epoll::close);
      EventFd wakeUp = EventFd.open();
      undo.add(wakeUp::close);
      epoll.add(wakeUp.fd(), Epoll.READABLE, WAKE_UP);
      Lookout lookout = new Lookout(name, epoll, wakeUp);
      lookout.thread.start();
      undo.forget();
      return lookout;
    }
  }

  /**
   * Waits for {@code fd} from now on.
   *
   * @param interest {@link Epoll#READABLE} or {@link Epoll#WRITABLE}
   * @param once call {@code handler} once, and again only after {@link Watched#arm}
   * @param handler called on the one thread; must be quick and must not wait
   */
  Watched watch(Fd fd, int interest, boolean once, Runnable handler) {
    Watched added = new Watched(keys.incrementAndGet(), fd, interest, handler);
    watched.put(added.key, added);
    try {
      epoll.add(fd, once ? interest | Epoll.ONCE : interest, added.key);
    } catch (SyscallException e) {
      watched.remove(added.key);
      throw e;
    }
    return added;
  }

  private void run() {
    while (!closed) {
      for (Epoll.Ready event : epoll.await()) {
        @Nullable Watched ready = watched.get(event.token());
        if (ready != null) {
          call(ready);
        }
      }
    }
  }

  private static void call(Watched ready) {
    try {
      ready.handler.run();
    } catch (RuntimeException e) {
      if (!ready.gone.get()) { // else its descriptor was closed under its hands
        // it would be called again at once, and for ever
        LOG.log(System.Logger.Level.ERROR, "a descriptor is watched no more", e);
        ready.close();
      }
    }
  }

  /** A descriptor that is waited for. Close it before the descriptor. */
  final class Watched implements AutoCloseable {
    private final long key;
    private final Fd fd;
    private final int interest;
    private final Runnable handler;
    private final AtomicBoolean gone = new AtomicBoolean();

    private Watched(long key, Fd fd, int interest, Runnable handler) {
      this.key = key;
      this.fd = fd;
      this.interest = interest;
      this.handler = handler;
    }

    /** Calls the handler once more when the descriptor is ready. */
    void arm() {
      if (!gone.get()) {
        epoll.change(fd, interest | Epoll.ONCE, key);
      }
    }

    @Override
    public void close() {
      if (gone.compareAndSet(false, true)) {
        watched.remove(key);
        if (!closed && fd.isOpen()) {
          epoll.remove(fd);
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    wakeUp.signal();
    try {
      thread.join();
      epoll.close(); // by us, for the thread may end before it is woken
      wakeUp.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
