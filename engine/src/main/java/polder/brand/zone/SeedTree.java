package polder.brand.zone;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.RegularFile;
import polder.linux.SyscallException;

/**
 * Directories, files and links that are put together once and written into any number of new roots,
 * all of them root's own.
 */
final class SeedTree {
  private static final int UNFINISHED = 0600;
  private static final int CLOSED = 0700;

  /** One thing in a directory. */
  private sealed interface Node {
    record Folder(int mode, Map<String, Node> in) implements Node {}

    record Contents(int mode, Bytes bytes) implements Node {}

    record Copied(int mode, Path from) implements Node {}

    record Link(FilePath target) implements Node {}
  }

  private final Node.Folder top = new Node.Folder(CLOSED, new LinkedHashMap<>());

  /** The directory at {@code path}; those above it that are not there yet have mode 0755. */
  void directory(String path, int mode) {
    Node.Folder above = above(path);
    Map<String, Node> in =
        above.in.get(last(path)) instanceof Node.Folder there ? there.in : new LinkedHashMap<>();
    above.in.put(last(path), new Node.Folder(mode, in));
  }

  /** A file with its contents. */
  void file(String path, int mode, Bytes contents) {
    above(path).in.put(last(path), new Node.Contents(mode, contents));
  }

  /** A file that is too large to be held: it is copied from {@code from} each time. */
  void copy(String path, int mode, Path from) {
    above(path).in.put(last(path), new Node.Copied(mode, from));
  }

  /** A symbolic link. */
  void link(String path, FilePath target) {
    above(path).in.put(last(path), new Node.Link(target));
  }

  private Node.Folder above(String path) {
    Node.Folder at = top;
    int begin = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', begin)) {
      String name = path.substring(begin, slash);
      Node next = at.in.computeIfAbsent(name, any -> new Node.Folder(0755, new LinkedHashMap<>()));
      if (!(next instanceof Node.Folder folder)) {
        throw new IllegalStateException(path.substring(0, slash) + " is no directory");
      }
      at = folder;
      begin = slash + 1;
    }
    return at;
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Writes all of it into {@code root}. What is there from a first attempt is written again. */
  void write(Directory root) {
    write(top, root);
  }

  private static void write(Node.Folder folder, Directory into) {
    folder.in.forEach(
        (text, node) -> {
          FileName name = FileName.of(text);
          switch (node) {
            case Node.Folder below -> {
              try (Directory made = into.ensureDirectory(name, CLOSED)) {
                made.node().mode(below.mode);
                write(below, made);
              }
            }
            case Node.Contents(int mode, Bytes bytes) -> {
              try (RegularFile file = create(into, name)) {
                file.write(bytes.toArray(), 0, bytes.length());
                file.node().mode(mode);
              }
            }
            case Node.Copied(int mode, Path from) -> {
              try (RegularFile source = open(from);
                  RegularFile file = create(into, name)) {
                source.copyTo(file, 0, source.size());
                file.node().mode(mode);
              }
            }
            case Node.Link(FilePath target) -> {
              try {
                into.makeSymlink(name, target);
              } catch (SyscallException e) {
                if (!e.errno().equals(Errno.EEXIST)) {
                  throw e;
                }
              }
            }
          }
        });
  }

  private static RegularFile create(Directory into, FileName name) {
    try {
      return into.create(name, UNFINISHED);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      into.remove(name);
      return into.create(name, UNFINISHED);
    }
  }

  private static RegularFile open(Path file) {
    Path parent = file.getParent();
    try (Directory directory = Directory.open(parent == null ? Path.of("/") : parent)) {
      return directory.read(FileName.of(String.valueOf(file.getFileName())));
    }
  }
}
