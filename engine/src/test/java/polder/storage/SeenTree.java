package polder.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;

/** All that can be seen of a directory and below, a line for each file. */
final class SeenTree {
  private SeenTree() {}

  static List<String> of(Directory root) {
    List<String> lines = new ArrayList<>();
    walk(root, "", lines);
    return lines;
  }

  private static void walk(Directory directory, String above, List<String> lines) {
    for (DirectoryEntry entry : directory.entries()) {
      Stat stat = directory.stat(entry.name());
      StringBuilder line = new StringBuilder(above + entry.name());
      line.append(" %s %o %d:%d".formatted(stat.type(), stat.mode(), stat.uid(), stat.gid()));
      if (stat.type() != FileType.DIRECTORY) {
        line.append(" links=%d %s".formatted(stat.links(), stat.modified()));
      }
      try (Node node = directory.node(entry.name())) {
        for (Bytes name : node.xattrs().names()) {
          line.append(" ").append(name).append("=").append(node.xattrs().get(name));
        }
      }
      if (stat.type() == FileType.REGULAR) {
        try (RegularFile file = directory.read(entry.name())) {
          line.append(" #").append(Arrays.hashCode(file.readAll(64 << 20)));
        }
      }
      lines.add(line.toString());
      if (stat.type() == FileType.DIRECTORY) {
        try (Directory below = directory.enter(entry.name())) {
          walk(below, above + entry.name() + "/", lines);
        }
      }
    }
  }
}
