package polder.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is deleted from a directory: away under its name at once, by a rename(2), and removed a
 * little later by a thread of its own, which ends when there is nothing more.
 *
 * <p>What the death of this process leaves is still there by its new name, and removed when a trash
 * is opened on the directory again. What cannot be removed stays there until then, too.
 */
public final class Trash implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.linux");
  private static final String GONE = "gone-";
  private static final long LITTLE_ROOM = 256L << 20;
  private static final long FEW_FILES = 10_000;

  private final Directory directory;
  private final ReentrantLock emptying = new ReentrantLock();
  private final Condition empty = emptying.newCondition();
  private final Deque<FileName> waiting = new ArrayDeque<>();
  private final Set<FileName> stuck = new HashSet<>();
  private @Nullable Thread thread;

  /** The trash of {@code directory}, which stays the caller's and is open for longer. */
  public Trash(Directory directory) {
    this.directory = directory;
    emptying.lock();
    try {
      for (DirectoryEntry entry : directory.entries()) {
        if (isGone(entry.name())) {
          waiting.add(entry.name());
        }
      }
      if (!waiting.isEmpty()) {
        begin();
      }
    } finally {
      emptying.unlock();
    }
  }

  /** Whether an entry of that name is one that was thrown away. */
  public static boolean isGone(FileName name) {
    return name.toString().startsWith(GONE);
  }

  /**
   * Throws {@code name} away. After a power cut it may be back, unless the directory is synced
   * before. Where the file system is short of room, it waits until all of it is removed.
   *
   * @return whether it was there
   */
  public boolean put(FileName name) {
    return put(directory, name);
  }

  /** As {@link #put(FileName)}, of an entry of another directory of the same file system. */
  public boolean put(Directory place, FileName name) {
    FileName gone = FileName.of(GONE + UUID.randomUUID());
    try {
      place.rename(name, directory, gone);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return false;
      }
      if (!e.errno().equals(Errno.ENOSPC) && !e.errno().equals(Errno.EDQUOT)) {
        throw e;
      }
      return Tree.delete(place, name); // removing makes room, which btrfs has for no rename
    }
    emptying.lock();
    try {
      waiting.add(gone);
      begin();
    } finally {
      emptying.unlock();
    }
    if (isShortOfRoom()) {
      empty();
    }
    return true;
  }

  private boolean isShortOfRoom() {
    StatFs room = StatFs.of(directory.fd());
    return room.bytesAvailable() < LITTLE_ROOM
        || (room.files() > 0 && room.filesFree() < FEW_FILES); // btrfs says that it has none
  }

  /** Waits until all that was thrown away is removed, or cannot be. */
  public void empty() {
    emptying.lock();
    try {
      while (thread != null) {
        empty.awaitUninterruptibly();
      }
    } finally {
      emptying.unlock();
    }
  }

  /** The names of what could not be removed. */
  public List<FileName> stuck() {
    emptying.lock();
    try {
      return new ArrayList<>(stuck);
    } finally {
      emptying.unlock();
    }
  }

  private void begin() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("polder-trash").start(this::work);
    }
  }

  private void work() {
    while (true) {
      FileName next;
      emptying.lock();
      try {
        if (waiting.isEmpty()) {
          thread = null;
          empty.signalAll();
          return;
        }
        next = waiting.remove();
      } finally {
        emptying.unlock();
      }
      remove(next);
    }
  }

  private void remove(FileName gone) {
    try {
      Tree.delete(directory, gone);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot remove what was deleted: " + e.getMessage(), e);
      emptying.lock();
      try {
        stuck.add(gone);
      } finally {
        emptying.unlock();
      }
    }
  }

  /** Waits until it is empty. */
  @Override
  public void close() {
    empty();
  }
}
