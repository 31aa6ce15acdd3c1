package polder.brand.zone;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import polder.brand.IdRange;
import polder.linux.Fd;
import polder.linux.IdMap;
import polder.linux.Launcher;
import polder.linux.UserNamespace;

/**
 * User namespaces by range, for mounts that map ids. Making one takes a process, so those used last
 * are kept.
 */
final class UserNamespaces implements AutoCloseable {
  private static final int KEPT = 2; // a restart finds its own

  private final Launcher launcher;
  private final ReentrantLock keeping = new ReentrantLock();
  private final Map<IdRange, Fd> kept = new LinkedHashMap<>(16, 0.75f, true);

  UserNamespaces(Launcher launcher) {
    this.launcher = launcher;
  }

  /** One more descriptor of the namespace of {@code range}; the caller closes it. */
  Fd of(IdRange range) {
    keeping.lock();
    try {
      Fd known = kept.get(range);
      if (known != null) {
        return known.duplicate();
      }
    } finally {
      keeping.unlock();
    }
    IdMap map = IdMap.of(range.base(), range.count());
    Fd made = UserNamespace.create(launcher, map, map);
    Fd mine = made.duplicate();
    keep(range, made);
    return mine;
  }

  private void keep(IdRange range, Fd made) {
    keeping.lock();
    try {
      Fd other = kept.put(range, made);
      if (other != null) {
        other.close(); // two made one at the same time
      }
      while (kept.size() > KEPT) {
        Fd eldest = kept.remove(kept.keySet().iterator().next());
        if (eldest != null) {
          eldest.close();
        }
      }
    } finally {
      keeping.unlock();
    }
  }

  @Override
  public void close() {
    keeping.lock();
    try {
      kept.values().forEach(Fd::close);
      kept.clear();
    } finally {
      keeping.unlock();
    }
  }
}
