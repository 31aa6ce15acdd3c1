package polder.storage;

import java.util.Optional;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Stat;
import polder.linux.Subvolume;
import polder.linux.SyscallException;
import polder.linux.Tree;

/** Takes away directories that have subvolumes in them. */
final class Subvolumes {
  private Subvolumes() {}

  /**
   * Takes away {@code name} in {@code place}, whatever it is, with all that is in it.
   *
   * @return whether it was there
   */
  static boolean destroy(Directory place, FileName name) {
    Optional<Stat> stat = place.find(name);
    if (stat.isEmpty()) {
      return false;
    }
    if (stat.get().type() != FileType.DIRECTORY) {
      return Tree.delete(place, name);
    }
    boolean subvolume;
    try (Directory directory = place.enter(name)) {
      subvolume = Subvolume.is(directory.fd());
      if (!subvolume) {
        for (DirectoryEntry entry : directory.entries()) {
          destroy(directory, entry.name());
        }
      }
    }
    if (!subvolume) {
      place.removeDirectory(name);
    } else if (!destroySubvolume(place, name)) {
      return destroyWithThoseBelow(place, name);
    }
    return true;
  }

  private static boolean destroySubvolume(Directory place, FileName name) {
    try {
      Subvolume.destroy(place, name);
      return true;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOTEMPTY)) {
        return false; // the zone made some of its own
      }
      throw e;
    }
  }

  private static boolean destroyWithThoseBelow(Directory place, FileName name) {
    try (Directory directory = place.enter(name)) {
      Subvolume.readOnly(directory.fd(), false);
      empty(directory);
    }
    return Tree.delete(place, name);
  }

  /** Takes away all that is in it, after making writable what is not. */
  private static void empty(Directory directory) {
    for (DirectoryEntry entry : directory.entries()) {
      if (directory.stat(entry.name()).type() != FileType.DIRECTORY) {
        directory.remove(entry.name());
        continue;
      }
      boolean gone = false;
      try (Directory below = directory.enter(entry.name())) {
        if (Subvolume.is(below.fd())) {
          gone = destroySubvolume(directory, entry.name());
          if (!gone) {
            Subvolume.readOnly(below.fd(), false);
          }
        }
        if (!gone) {
          empty(below);
        }
      }
      if (!gone) {
        Tree.delete(directory, entry.name());
      }
    }
  }
}
