package polder.engine;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The file system below the state: whether it can be written, and four megabytes of it that are
 * kept, in a file each 128 KiB.
 *
 * <p>They are given up when a disk is full and a zone is to be stopped, started, changed or
 * deleted, and taken again as soon as there is room. Nothing is created unless all of them are
 * there, so that what takes room for good never takes these.
 */
final class StateDisk implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final FileName NAME = FileName.of("reserve");
  private static final int PIECES = 32; // a file each, because inodes may be what there is none of
  private static final int PIECE = 128 << 10;
  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;

  private final Path path;
  private final Directory state;
  private final ReentrantLock spending = new ReentrantLock();
  private final ReentrantLock keeping = new ReentrantLock();
  private volatile int kept;
  private volatile boolean full;

  private StateDisk(Path path, Directory state) {
    this.path = path;
    this.state = state;
  }

  /** The disk that {@code path} is on; says in the log if it cannot be written, or is full. */
  static StateDisk open(Path path) {
    StateDisk disk = new StateDisk(path, Directory.open(path));
    disk.keep();
    if (disk.readOnly()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the state {0} is read-only: zones run on and can be looked at and stopped; mount it"
              + " read-write to create, start, change or delete any",
          path);
    } else if (disk.full) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the disk of the state {0} is full: nothing can be created until there is room",
          path);
    }
    return disk;
  }

  /**
   * Refuses what would be made, where there is no room for it or it cannot be written.
   *
   * @param what such as "create zone 'web'"
   * @throws PolderException NO_ROOM or UNAVAILABLE
   */
  void demandRoom(String what) {
    demandWritable(what);
    keep();
    if (full) {
      throw Failures.of(what, new SyscallException("write to " + path, Errno.ENOSPC));
    }
  }

  /**
   * Refuses what would be changed while the state is read-only.
   *
   * @throws PolderException UNAVAILABLE
   */
  void demandWritable(String what) {
    if (readOnly()) {
      throw Failures.of(what, new SyscallException("write to " + path, Errno.EROFS));
    }
  }

  /** Whether there is no room to make anything, as far as is known. */
  boolean isFull() {
    return full;
  }

  private boolean readOnly() {
    try {
      return StatFs.of(state.fd()).readOnly();
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot look at the state %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Does what needs little room, once more with the reserve given up if there was none.
   *
   * @param work can be done again when it failed
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
      if (!wantsRoom(e)) {
        throw e;
      }
      return spendReserve(work, e);
    }
  }

  /** An overlay, too, is read-only where it found no room for its work directory. */
  private boolean wantsRoom(RuntimeException failure) {
    return Failures.noRoom(failure) || (Failures.cannotWrite(failure) && !readOnly());
  }

  private <T> T spendReserve(Supplier<T> work, RuntimeException failure) {
    spending.lock(); // one at a time: it is small
    try {
      keep(); // somebody may have given some room meanwhile
      if (!release()) {
        throw failure;
      }
      try {
        return work.get();
      } catch (RuntimeException e) {
        if (!wantsRoom(e)) {
          throw e;
        }
        settle();
        return work.get();
      }
    } finally {
      settle();
      keep();
      spending.unlock();
    }
  }

  /** btrfs gives what was removed to others only with the next transaction. */
  private void settle() {
    try {
      state.syncFileSystem();
    } catch (SyscallException e) {
      // whoever needs what it tells of syncs it himself
    }
  }

  /** Takes the reserve again as far as there is room; nothing if it is whole. */
  void keep() {
    if (kept == PIECES) {
      return;
    }
    keeping.lock();
    try (Directory reserve = state.ensureDirectory(NAME, DIRECTORY_MODE)) {
      int have = 0;
      while (have < PIECES && keep(reserve, have)) {
        have++;
      }
      kept = have;
      full = have < PIECES;
    } catch (SyscallException e) {
      full = Failures.noRoom(e);
      if (!full) {
        discard(); // it is damaged; or the disk cannot be written, and it is tried again
      }
    } finally {
      keeping.unlock();
    }
  }

  private static boolean keep(Directory reserve, int piece) {
    FileName name = FileName.of("piece" + piece);
    try (RegularFile file = reserve.openOrCreate(name, FILE_MODE)) {
      allocate(file);
      return true;
    } catch (SyscallException e) {
      if (Failures.noRoom(e)) {
        return false;
      }
      throw e;
    }
  }

  private static void allocate(RegularFile file) {
    try {
      file.allocate(0, PIECE);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EOPNOTSUPP)) {
        throw e;
      }
      file.write(0, new byte[PIECE], 0, PIECE); // a file system that knows no fallocate(2)
    }
  }

  private void discard() {
    try {
      Tree.delete(state, NAME);
    } catch (SyscallException e) {
      // then there is none: it only makes a full disk less comfortable
    }
  }

  private boolean release() {
    keeping.lock();
    try (Directory reserve = state.enter(NAME)) {
      boolean had = kept > 0;
      Tree.empty(reserve);
      kept = 0;
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
