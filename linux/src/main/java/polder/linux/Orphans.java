package polder.linux;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Children of ours that nobody waits for any more. One thread reaps each as it ends, for as long as
 * we live: a zombie of ours would keep its pid, and keep the first process of its pid namespace
 * from ending.
 */
final class Orphans {
  private static final System.Logger LOG = System.getLogger("polder.linux");
  private static final Orphans OURS = new Orphans();

  private final Epoll epoll = Epoll.open();
  private final ConcurrentHashMap<Long, Pidfd> left = new ConcurrentHashMap<>();
  private final AtomicLong keys = new AtomicLong();

  private Orphans() {
    Thread.ofPlatform().daemon().name("polder-reaper").start(this::run);
  }

  /** Reaps {@code process} when it ends, and closes it then. */
  static void add(Pidfd process) {
    long key = OURS.keys.incrementAndGet();
    OURS.left.put(key, process);
    OURS.epoll.add(process.fd(), Epoll.READABLE | Epoll.ONCE, key);
  }

  /** The one that has {@code pid}, unless it is reaped. */
  static Optional<Pidfd> find(int pid) {
    return OURS.left.values().stream().filter(process -> process.pid() == pid).findAny();
  }

  private void run() {
    while (true) {
      for (Epoll.Ready event : epoll.await()) {
        Pidfd process = left.get(event.token());
        if (process != null) {
          try (process) {
            var _ = process.status();
          } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, process + " could not be reaped", e);
          }
          left.remove(event.token());
        }
      }
    }
  }
}
