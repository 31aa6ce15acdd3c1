package polder.brand.zone;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;

/**
 * The host's files that native zones get a copy of, read into a {@link SeedTree}; and whether they
 * still are what was read.
 *
 * <p>Only regular files that root owns and everybody may read, links as links, and directories that
 * everybody may enter; sockets, FIFOs and devices belong to who made them.
 */
final class SeedSource {
  /** Old passwords are in opasswd(5), should anybody have made it readable. */
  private static final Pattern NEVER = Pattern.compile(".*(shadow|passwd|secret|private|_key).*");

  private static final int DEEPEST = 16;
  private static final long LARGE = 256 << 10;

  private final Path host;
  private final SeedTree tree;
  private final Map<Path, Seen> directories = new HashMap<>();

  /** A directory as it was, and of its entries those that were looked at. */
  private record Seen(Mark self, Map<FileName, Optional<Mark>> entries) {}

  /** What changes when a file does: the kernel sees to it that nobody can set the time back. */
  private record Mark(long inode, long size, Instant changed) {
    static Mark of(Stat stat) {
      return new Mark(stat.inode(), stat.size(), stat.changed());
    }
  }

  /** Files below {@code host}, to be read into {@code tree}. */
  SeedSource(Path host, SeedTree tree) {
    this.host = host;
    this.tree = tree;
  }

  /** Reads what is in the directory {@code from} and wanted, to {@code to} in the tree. */
  void readAll(String from, String to, Predicate<String> wanted) {
    try (Directory directory = Directory.open(host.resolve(from))) {
      readAll(directory, from, to, wanted, 0);
    } catch (SyscallException e) {
      see(host.resolve(from), Optional.empty());
    }
  }

  private void readAll(
      Directory directory, String from, String to, Predicate<String> wanted, int depth) {
    see(host.resolve(from), Optional.of(directory.node().stat()));
    for (DirectoryEntry entry : directory.entries()) {
      if (wanted.test(entry.name().toString())) {
        read(directory, from, to, entry.name(), depth);
      }
    }
  }

  private void see(Path directory, Optional<Stat> stat) {
    Mark self = stat.map(Mark::of).orElse(new Mark(0, 0, Instant.EPOCH));
    directories.putIfAbsent(directory, new Seen(self, new HashMap<>()));
  }

  private void read(Directory in, String from, String to, FileName name, int depth) {
    boolean isText = FileName.of(name.toString()).equals(name);
    if (depth > DEEPEST || !isText || NEVER.matcher(name.toString()).matches()) {
      return;
    }
    Optional<Stat> found = in.find(name);
    Seen seen = directories.get(host.resolve(from));
    if (seen != null) {
      seen.entries.put(name, found.map(Mark::of));
    }
    if (found.isEmpty()) {
      return;
    }
    Stat stat = found.get();
    String path = from + "/" + name;
    String target = to + "/" + name;
    switch (stat.type()) {
      case REGULAR -> {
        if (stat.uid() == 0 && (stat.mode() & 04) != 0) {
          if (stat.size() > LARGE) {
            tree.copy(target, stat.mode() & 0755, host.resolve(path));
          } else {
            try (RegularFile file = in.read(name)) {
              tree.file(target, stat.mode() & 0755, Bytes.of(file.readAll((int) LARGE)));
            }
          }
        }
      }
      case SYMLINK -> {
        try (Node link = in.node(name)) {
          tree.link(target, link.target());
        }
      }
      case DIRECTORY -> {
        if ((stat.mode() & 05) == 05) {
          tree.directory(target, 0755);
          try (Directory below = in.enter(name)) {
            readAll(below, path, target, any -> true, depth + 1);
          }
        }
      }
      default -> {}
    }
  }

  /** Whether all that was looked at is as it was. */
  boolean areSame() {
    return directories.entrySet().stream().allMatch(each -> isSame(each.getKey(), each.getValue()));
  }

  private static boolean isSame(Path path, Seen seen) {
    try (Directory directory = Directory.open(path)) {
      return seen.self.equals(Mark.of(directory.node().stat()))
          && seen.entries.entrySet().stream()
              .allMatch(
                  each -> each.getValue().equals(directory.find(each.getKey()).map(Mark::of)));
    } catch (SyscallException e) {
      return seen.self.inode == 0;
    }
  }
}
