package polder.storage.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;

/**
 * All of a tree that a stream must bring to the other side, a line for each file: kind, mode,
 * owner, time, attributes, contents, holes, and which files are one.
 */
public final class SentTree {
  private final Map<Long, Integer> files = new HashMap<>();
  private final List<String> lines = new ArrayList<>();

  private SentTree() {}

  /** Those of the tree below {@code top}. */
  public static List<String> of(Directory top) {
    SentTree seen = new SentTree();
    seen.line("/", top.node(), top.node().stat());
    seen.walk(top, "/");
    return seen.lines;
  }

  private void walk(Directory directory, String above) {
    for (DirectoryEntry entry : directory.entries()) {
      FileName name = entry.name();
      Stat stat = directory.stat(name);
      try (Node node = directory.node(name)) {
        line(above + name, node, stat);
      }
      if (stat.type() == FileType.DIRECTORY) {
        try (Directory below = directory.enter(name)) {
          walk(below, above + name + "/");
        }
      }
    }
  }

  private void line(String path, Node node, Stat stat) {
    StringBuilder line = new StringBuilder(path);
    line.append(
        " %s %o %d:%d %s"
            .formatted(stat.type(), stat.mode(), stat.uid(), stat.gid(), stat.modified()));
    if (stat.type() != FileType.DIRECTORY && stat.links() > 1) {
      line.append(" file ").append(files.computeIfAbsent(stat.inode(), key -> files.size()));
    }
    node.xattrs().names().stream()
        .filter(ChangedTree::isKept)
        .sorted()
        .forEach(name -> line.append(" %s=%s".formatted(name, value(node, name))));
    switch (stat.type()) {
      case REGULAR -> {
        try (RegularFile file = node.read()) {
          line.append(" #").append(Arrays.hashCode(file.readAll(64 << 20)));
          line.append(" holes ").append(holes(file, stat.size()));
        }
      }
      case SYMLINK -> line.append(" -> ").append(node.target());
      case CHARACTER_DEVICE, BLOCK_DEVICE -> line.append(" ").append(stat.special());
      case DIRECTORY, FIFO, SOCKET, UNKNOWN -> {}
    }
    lines.add(line.toString());
  }

  private static Bytes value(Node node, Bytes name) {
    return node.xattrs().get(name).orElse(Bytes.EMPTY);
  }

  private static List<Long> holes(RegularFile file, long size) {
    List<Long> holes = new ArrayList<>();
    long at = 0;
    while (at < size) {
      OptionalLong data = file.nextData(at);
      if (data.isEmpty() || data.getAsLong() > at) {
        holes.add(at);
      }
      if (data.isEmpty()) {
        return holes;
      }
      at = file.nextHole(data.getAsLong()).orElse(size);
    }
    return holes;
  }
}
