package polder.linux;

/**
 * A file or a directory with all that is in it, taken away by descriptors: no link is followed, no
 * mount is entered, and neither depth nor width takes memory.
 */
public final class Tree {
  /** How deep a directory is emptied where it is; deeper ones are first moved up to the top. */
  private static final int DEEPEST = 32;

  private final Directory top;
  private long moved;

  private Tree(Directory top) {
    this.top = top;
  }

  /**
   * Removes {@code name} in {@code parent} and all below it.
   *
   * @return whether it was there
   * @throws SyscallException {@code EXDEV} or {@code EBUSY} if something is mounted in it; what was
   *     removed before stays removed
   */
  public static boolean delete(Directory parent, FileName name) {
    try {
      parent.remove(name);
      return true;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return false;
      }
      if (!isDirectory(parent, name, e)) {
        throw e;
      }
    }
    empty(parent, name);
    parent.removeDirectory(name);
    return true;
  }

  private static void empty(Directory parent, FileName name) {
    try (Directory top = enter(parent, name)) {
      new Tree(top).empty(top, 0);
    }
  }

  /** Removes all that is in {@code directory}, and leaves it. */
  public static void empty(Directory directory) {
    new Tree(directory).empty(directory, 0);
  }

  private void empty(Directory directory, int depth) {
    boolean found = true;
    while (found) { // a list may miss what was moved up while it was read
      found = false;
      try (Listing list = directory.list()) {
        while (list.hasNext()) {
          found = true;
          remove(directory, list.next().name(), depth);
        }
      }
    }
  }

  private void remove(Directory directory, FileName name, int depth) {
    try {
      directory.remove(name);
      return;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return;
      }
      if (!isDirectory(directory, name, e)) {
        throw e;
      }
    }
    if (depth >= DEEPEST) {
      moveUp(directory, name);
      return;
    }
    try (Directory below = enter(directory, name)) {
      empty(below, depth + 1);
    }
    directory.removeDirectory(name);
  }

  private void moveUp(Directory directory, FileName name) {
    while (true) {
      try {
        directory.renameNew(name, top, FileName.of("moved-up-" + moved++));
        return;
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.EEXIST)) {
          throw e;
        }
      }
    }
  }

  private static Directory enter(Directory parent, FileName name) {
    return parent.enter(new FilePath(name.value()), Walk.NO_LINKS.onOneMount());
  }

  /** unlink(2) of a directory fails with EISDIR on Linux, and on some file systems with EPERM. */
  private static boolean isDirectory(Directory parent, FileName name, SyscallException e) {
    return e.errno().equals(Errno.EISDIR)
        || (e.errno().equals(Errno.EPERM) && parent.stat(name).type() == FileType.DIRECTORY);
  }
}
