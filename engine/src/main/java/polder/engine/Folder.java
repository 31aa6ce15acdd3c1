package polder.engine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.InodeFlags;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;

/** A directory of the engine's own, made 0700 if it is not there, and the documents in it. */
final class Folder implements AutoCloseable {
  private static final int OWNER_ONLY = 0700;
  private static final int FILE_OWNER_ONLY = 0600;
  private static final int LARGEST = 16 << 20;
  private static final int PIECE = 512; // what a run or its end needs, most often

  private final Directory directory;

  private Folder(Directory directory) {
    this.directory = directory;
  }

  /** The directory at {@code path}, whose parent must be there. */
  static Folder open(Path path) {
    FileName last = FileName.of(String.valueOf(path.getFileName()));
    try (Directory parent = Directory.open(parentOf(path))) {
      return new Folder(parent.ensureDirectory(last, OWNER_ONLY));
    }
  }

  /** As {@link #open}; what is in it are directories that have nothing to do with one another. */
  static Folder ofFolders(Path path) {
    Folder folder = open(path);
    var _ = InodeFlags.spread(folder.directory);
    return folder;
  }

  /** As {@link #open}; if that fails, this one is closed. */
  Folder alsoOpen(Path path) {
    try {
      return open(path);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  Directory directory() {
    return directory;
  }

  /** The folder {@code name} in it, if there is one. */
  Optional<Folder> find(String name) {
    try {
      return Optional.of(new Folder(directory.enter(FileName.of(name))));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The folder {@code name} in it, made if need be. */
  Folder enter(String name) {
    return new Folder(directory.ensureDirectory(FileName.of(name), OWNER_ONLY));
  }

  boolean has(String name) {
    return directory.find(FileName.of(name)).isPresent();
  }

  /** The names of what is in it. */
  List<String> names() {
    return directory.entries().stream().map(entry -> entry.name().toString()).toList();
  }

  /** The names of the directories in it. */
  List<String> folders() {
    return directory.entries().stream()
        .filter(entry -> entry.type() == FileType.DIRECTORY)
        .map(entry -> entry.name().toString())
        .toList();
  }

  /**
   * What the document {@code name} holds; empty if there is none.
   *
   * @throws polder.model.PolderException if it is damaged
   */
  Optional<Map<String, Object>> read(String name) {
    try (RegularFile file = directory.read(FileName.of(name))) {
      return Optional.of(Document.read(file.readAll(LARGEST)));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw Document.damaged(String.valueOf(e.getMessage()));
    }
  }

  /** Writes the document {@code name}: it is on the disk when this returns. */
  void keep(String name, Map<String, Object> holds) {
    DurableFile.replace(directory, FileName.of(name), Document.write(holds));
  }

  /** Makes the document {@code name}, which is not there: it is on the disk when this returns. */
  void make(String name, Map<String, Object> holds) {
    DurableFile.create(directory, FileName.of(name), Document.write(holds));
  }

  /** Writes the document {@code name} whole or not at all, but it may not outlive a power cut. */
  void note(String name, Map<String, Object> holds) {
    byte[] contents = Document.write(holds);
    try {
      DurableFile.note(directory, FileName.of(name), contents, FILE_OWNER_ONLY);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EISDIR)) {
        throw e;
      }
      removeTree(name); // nobody makes directories here but damage
      DurableFile.note(directory, FileName.of(name), contents, FILE_OWNER_ONLY);
    }
  }

  /**
   * As {@link #note}, of a document that is written again and again: it is filled up with line
   * feeds to a length that seldom changes, and written over in place.
   */
  void overwrite(String name, Map<String, Object> holds) {
    byte[] contents = Document.write(holds);
    int length = (contents.length + PIECE - 1) / PIECE * PIECE;
    byte[] filled = Arrays.copyOf(contents, length);
    Arrays.fill(filled, contents.length, length, (byte) '\n');
    try {
      DurableFile.overwrite(directory, FileName.of(name), filled);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EISDIR)) {
        throw e;
      }
      removeTree(name); // nobody makes directories here but damage
      DurableFile.overwrite(directory, FileName.of(name), filled);
    }
  }

  void rename(String name, String to) {
    directory.rename(FileName.of(name), directory, FileName.of(to));
  }

  /** Removes the file {@code name}, if it is there. */
  void remove(String name) {
    try {
      directory.remove(FileName.of(name));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Removes {@code name} and, if it is a directory, all that is in it. */
  void removeTree(String name) {
    Tree.delete(directory, FileName.of(name));
  }

  /** Waits until its entries are on the disk. */
  void sync() {
    directory.sync();
  }

  @Override
  public void close() {
    directory.close();
  }
}
