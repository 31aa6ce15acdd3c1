package polder.engine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;

/**
 * A megabyte of the state's file system that is kept, so that on a full disk a zone can still be
 * stopped and deleted.
 */
final class Reserve implements AutoCloseable {
  private static final FileName NAME = FileName.of("reserve");
  private static final long SIZE = 1 << 20;
  private static final int OWNER_ONLY = 0600;

  private final Directory state;
  private final ReentrantLock keeping = new ReentrantLock();
  private boolean kept;

  /** Keeps the reserve in {@code state}, which it takes over, as far as there is room. */
  Reserve(Directory state) {
    this.state = state;
    keep();
  }

  /**
   * Does what takes or gives room on the disk, and once more with the reserve given up if there was
   * none.
   */
  void spend(Runnable work) {
    spend(
        () -> {
          work.run();
          return true;
        });
  }

  /** As {@link #spend(Runnable)}, with a result. */
  <T> T spend(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      if (!Failures.noRoom(e) || !release()) {
        throw e;
      }
      return work.get();
    }
  }

  /** Takes the reserve again if it was given up; nothing if there still is no room. */
  void keep() {
    keeping.lock();
    try {
      if (!kept) {
        RegularFile file = state.openOrCreate(NAME, OWNER_ONLY);
        try (file) {
          file.allocate(0, SIZE);
          kept = true;
        } catch (SyscallException e) {
          file.truncate(0);
        }
      }
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EINVAL) || e.errno().equals(Errno.EISDIR)) {
        putAside();
      }
      // otherwise: no room, or a disk that cannot be written; it is tried again
    } finally {
      keeping.unlock();
    }
  }

  private void putAside() {
    try {
      state.rename(NAME, state, FileName.of("reserve.damaged"));
    } catch (SyscallException e) {
      // then there is none: it only makes a full disk less comfortable
    }
  }

  private boolean release() {
    keeping.lock();
    try {
      boolean had = kept;
      kept = false;
      state.remove(NAME);
      return had;
    } catch (SyscallException e) {
      return false;
    } finally {
      keeping.unlock();
    }
  }

  @Override
  public void close() {
    state.close();
  }
}
