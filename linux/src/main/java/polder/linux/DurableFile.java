package polder.linux;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Writes of small files after which the new contents are there whatever happens, and during which
 * either the old or the new are.
 */
public final class DurableFile {
  private static final String UNFINISHED = ".unfinished-";
  private static final int OWNER_ONLY = 0600;
  private static final SecureRandom RANDOM = new SecureRandom();

  private DurableFile() {}

  /**
   * Gives the file {@code name} new contents: write to a new file, fsync(2), rename(2) over the
   * old, fsync(2) of the directory. It can be read and written by its owner only.
   *
   * @throws SyscallException if it could not be done; the old contents are there then, or, if only
   *     the last step failed, either
   */
  public static void replace(Directory directory, FileName name, byte[] contents) {
    place(directory, name, contents, OWNER_ONLY, true);
    directory.sync();
  }

  /**
   * As {@link #replace}, but nothing is waited for: after a power cut the file may be the old, the
   * new, or empty.
   *
   * @param mode who may read and write it, whatever our umask is
   */
  public static void note(Directory directory, FileName name, byte[] contents, int mode) {
    place(directory, name, contents, mode, false);
  }

  private static void place(
      Directory directory, FileName name, byte[] contents, int mode, boolean sync) {
    byte[] random = new byte[8];
    RANDOM.nextBytes(random);
    FileName unfinished = FileName.of(UNFINISHED + HexFormat.of().formatHex(random));
    try {
      try (RegularFile file = directory.create(unfinished, OWNER_ONLY)) {
        file.write(contents, 0, contents.length);
        if (mode != OWNER_ONLY) {
          file.node().mode(mode);
        }
        if (sync) {
          file.sync();
        }
      }
      directory.rename(unfinished, directory, name);
    } catch (SyscallException e) {
      removeAfter(e, directory, unfinished);
      throw e;
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
