package polder.engine;

import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import polder.brand.IdRange;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** The host's ids that zones get as their own: 65,536 each, none twice, the lowest free first. */
final class IdRanges {
  static final long FIRST = 1_000_000;
  static final int COUNT = 65_536;

  /** As many zones as the 32-bit ids above {@link #FIRST} and below -1 have room for. */
  static final int MOST = (int) ((0xffff_fffeL - FIRST) / COUNT);

  private final int size;
  private final TreeMap<Long, IdRange> taken = new TreeMap<>();
  private final ReentrantLock taking = new ReentrantLock();

  /** A pool for {@code size} zones. */
  IdRanges(int size) {
    this.size = Math.min(size, MOST);
  }

  /**
   * Takes a range.
   *
   * @throws PolderException NO_ROOM if all are taken
   */
  IdRange take() {
    taking.lock();
    try {
      for (int i = 0; i < size; i++) {
        IdRange range = new IdRange(FIRST + (long) i * COUNT, COUNT);
        if (free(range)) {
          taken.put(range.base(), range);
          return range;
        }
      }
      throw new PolderException(
          ErrorKind.NO_ROOM,
          "all %d id ranges of this host are taken; delete a zone that is not needed"
              .formatted(size));
    } finally {
      taking.unlock();
    }
  }

  /** Takes a certain range, as a record says; false if some of it is another's already. */
  boolean take(IdRange range) {
    taking.lock();
    try {
      boolean free = free(range);
      if (free) {
        taken.put(range.base(), range);
      }
      return free;
    } finally {
      taking.unlock();
    }
  }

  /** Gives a range back. */
  void release(IdRange range) {
    taking.lock();
    try {
      taken.remove(range.base(), range);
    } finally {
      taking.unlock();
    }
  }

  /** For how many zones there are ids in all. */
  int size() {
    return size;
  }

  /** For how many there are some left. */
  int free() {
    taking.lock();
    try {
      return Math.max(0, size - taken.size());
    } finally {
      taking.unlock();
    }
  }

  private boolean free(IdRange range) {
    return Optional.ofNullable(taken.lowerEntry(range.base() + range.count()))
        .filter(entry -> entry.getValue().base() + entry.getValue().count() > range.base())
        .isEmpty();
  }
}
