package polder.linux;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * Writes of small files after which the new contents are there whatever happens, and during which
 * either the old or the new are.
 */
public final class DurableFile {
  private static final String UNFINISHED = ".unfinished-";
  private static final int OWNER_ONLY = 0600;
  private static final int PAGE = 4096;
  private static final SecureRandom RANDOM = new SecureRandom();

  private DurableFile() {}

  /**
   * Gives the file {@code name} new contents: write to a new file, fsync(2), rename(2) over the
   * old, fsync(2) of the directory. It can be read and written by its owner only.
   *
   * <p>What failed to reach the disk is not synced again, because the kernel says so only once: the
   * old file, which is kept until the end, gets its name back, and the next call writes a new one.
   *
   * @throws SyscallException if it could not be done; the old contents are there then, or none. On
   *     a file system that cannot exchange names either, if only the last step failed
   */
  public static void replace(Directory directory, FileName name, byte[] contents) {
    FileName unfinished = unfinished();
    try {
      write(directory, unfinished, contents, OWNER_ONLY, true);
      Old old = swap(directory, unfinished, name);
      try {
        directory.sync();
      } catch (SyscallException e) {
        takeBack(old, directory, unfinished, name);
        throw e;
      }
      if (old == Old.KEPT) {
        removeOld(directory, unfinished);
      }
    } catch (SyscallException e) {
      removeAfter(e, directory, unfinished);
      throw e;
    }
  }

  /**
   * Makes the file {@code name}, which must not be there: write(2), fsync(2). With a new file's
   * contents its name gets to the disk, and those of the directories above it that are new:
   * fsync(2) does not promise it, but ext4, xfs and btrfs do so. After a power cut before that it
   * may be there and empty.
   *
   * @throws SyscallException if it could not be done; there is none then
   */
  public static void create(Directory directory, FileName name, byte[] contents) {
    try {
      write(directory, name, contents, OWNER_ONLY, true);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        removeAfter(e, directory, name);
      }
      throw e;
    }
  }

  /**
   * As {@link #replace}, but nothing is waited for: after a power cut the file may be the old, the
   * new, or empty.
   *
   * @param mode who may read and write it, whatever our umask is
   */
  public static void note(Directory directory, FileName name, byte[] contents, int mode) {
    FileName unfinished = unfinished();
    try {
      write(directory, unfinished, contents, mode, false);
      directory.rename(unfinished, directory, name);
    } catch (SyscallException e) {
      removeAfter(e, directory, unfinished);
      throw e;
    }
  }

  /**
   * As {@link #note}, of {@code contents} whose length seldom changes: a file that is there and as
   * long is written over in place, by one write(2) within one page, which the end of this process
   * does not break. Renaming over a file makes ext4 begin to write it to the disk, and its
   * successor's inode costs more than all the rest. After a power cut the file may be torn.
   *
   * @throws IllegalArgumentException if {@code contents} are longer than a page
   */
  public static void overwrite(Directory directory, FileName name, byte[] contents) {
    if (contents.length > PAGE) {
      throw new IllegalArgumentException("%d bytes of %s".formatted(contents.length, name));
    }
    try (RegularFile file = directory.update(name)) {
      if (isOnly(Stat.of(file.fd()), contents.length)) {
        file.write(0, contents, 0, contents.length);
        return;
      }
    } catch (SyscallException e) {
      // there is none, or something else: note says so if that is in the way
    }
    note(directory, name, contents, OWNER_ONLY);
  }

  /** Whether it has that length, and no other name, under which it is to stay as it is. */
  private static boolean isOnly(Stat file, int length) {
    return file.size() == length && file.links() == 1 && file.mode() == OWNER_ONLY;
  }

  private static FileName unfinished() {
    byte[] random = new byte[8];
    RANDOM.nextBytes(random);
    return FileName.of(UNFINISHED + HexFormat.of().formatHex(random));
  }

  private static void write(
      Directory directory, FileName name, byte[] contents, int mode, boolean sync) {
    try (RegularFile file = directory.create(name, OWNER_ONLY)) {
      file.write(contents, 0, contents.length);
      if (mode != OWNER_ONLY) {
        file.node().mode(mode);
      }
      if (sync) {
        file.sync();
      }
    }
  }

  /** A full btrfs has room to rename, and none to exchange. */
  private static final Set<Errno> NOT_HERE = Set.of(Errno.EINVAL, Errno.ENOSPC, Errno.EDQUOT);

  /** What became of the file that had the name. */
  private enum Old {
    /** It has the new one's former name. */
    KEPT,
    /** There was none. */
    NONE,
    /** It is gone: the file system cannot exchange names, or has no room for that. */
    GONE
  }

  /** Gives {@code name} to the new file. */
  private static Old swap(Directory directory, FileName unfinished, FileName name) {
    Old old;
    try {
      directory.exchange(unfinished, directory, name);
      if (directory.stat(unfinished).type() == FileType.DIRECTORY) { // as rename(2) refuses it
        directory.exchange(unfinished, directory, name);
        throw new SyscallException("replace '" + name + "', a directory", Errno.EISDIR);
      }
      return Old.KEPT;
    } catch (SyscallException e) { // renameat2(2)
      if (e.errno().equals(Errno.ENOENT)) {
        old = Old.NONE;
      } else if (NOT_HERE.contains(e.errno())) {
        old = Old.GONE;
      } else {
        throw e;
      }
    }
    directory.rename(unfinished, directory, name);
    return old;
  }

  private static void takeBack(Old old, Directory directory, FileName unfinished, FileName name) {
    switch (old) {
      case KEPT -> directory.exchange(unfinished, directory, name);
      case NONE -> directory.remove(name);
      case GONE -> {} // either is there after a power cut, and whole
    }
  }

  private static void removeOld(Directory directory, FileName old) {
    try {
      directory.remove(old);
    } catch (SyscallException e) {
      // the new contents are there, which is what was asked; the next sweep finds it
    }
  }

  private static void removeAfter(SyscallException cause, Directory directory, FileName name) {
    try {
      directory.remove(name);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        cause.addSuppressed(e);
      }
    }
  }

  /**
   * Adds to the end of the file {@code name}, all or nothing, and waits until it is on the disk.
   *
   * <p>A power cut can leave a part of {@code contents} there, so records in the file need an end
   * mark or a checksum of their own. For one writer at a time.
   */
  public static void append(Directory directory, FileName name, byte[] contents) {
    boolean isNew = directory.find(name).isEmpty();
    try (RegularFile file = directory.append(name, OWNER_ONLY)) {
      long before = file.size();
      try {
        file.write(contents, 0, contents.length);
        file.syncData();
      } catch (SyscallException e) {
        file.truncate(before);
        throw e;
      }
    }
    if (isNew) {
      directory.sync();
    }
  }

  /**
   * Removes what {@link #replace} left behind where the process was killed in the middle of it.
   * Only when nobody writes there.
   *
   * @return how many files
   */
  public static int sweep(Directory directory) {
    int removed = 0;
    try (Listing list = directory.list()) {
      while (list.hasNext()) {
        FileName name = list.next().name();
        if (name.value().startsWith(UNFINISHED)) {
          directory.remove(name);
          removed++;
        }
      }
    }
    return removed;
  }
}
