package polder.storage;

import java.util.Optional;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Listing;
import polder.linux.SyscallException;
import polder.linux.Walk;

/**
 * The property {@code compression} of a btrfs' directories: btrfs(5), FILE ATTRIBUTES. New files
 * and directories have it from the directory that they are made in.
 */
final class BtrfsCompression {
  private static final Bytes PROPERTY = Bytes.of("btrfs.compression");

  private BtrfsCompression() {}

  /** Gives it to {@code directory} and all below it; what vanishes meanwhile is left out. */
  static void set(Directory directory, Optional<String> algorithm) {
    if (algorithm.isPresent()) {
      directory.node().xattrs().set(PROPERTY, Bytes.of(algorithm.get()));
    } else if (directory.node().xattrs().get(PROPERTY).isPresent()) {
      directory.node().xattrs().remove(PROPERTY);
    }
    try (Listing list = directory.list()) {
      while (list.hasNext()) {
        DirectoryEntry entry = list.next();
        if (entry.type() == FileType.DIRECTORY) {
          below(directory, new FilePath(entry.name().value()), algorithm);
        }
      }
    }
  }

  private static void below(Directory directory, FilePath name, Optional<String> algorithm) {
    try (Directory below = directory.enter(name, Walk.NO_LINKS.onOneMount())) {
      set(below, algorithm);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)
          && !e.errno().equals(Errno.ENOTDIR)
          && !e.errno().equals(Errno.ELOOP)) {
        throw e;
      }
    }
  }
}
