package polder.image;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.model.Progress;

/**
 * What a tree has beyond another one, as a layer over it: what is new or changed, whole; a mark for
 * what is gone. Contents are compared, as times can be set.
 */
final class Difference {
  private static final int AT_ONCE = 128 << 10;
  private static final Bytes SLASH = Bytes.of("/");

  private final TarWriter tar;
  private final Packer packer;
  private final byte[] ours = new byte[AT_ONCE];
  private final byte[] theirs = new byte[AT_ONCE];

  private Difference(TarWriter tar, Progress progress) {
    this.tar = tar;
    this.packer = new Packer(tar, Ids.AS_THEY_ARE, Packer.Form.IMAGE, Set.of(), progress);
  }

  /**
   * Writes to {@code tar}, which the caller finishes, what {@code tree} has beyond {@code base}.
   */
  static void pack(Directory base, Directory tree, TarWriter tar, Progress progress) {
    new Difference(tar, progress).walk(base, tree, Bytes.of("."));
  }

  private void walk(Directory base, Directory tree, Bytes path) {
    if (!isSame(base.node(), tree.node())) {
      packer.packAlone(tree, path);
    }
    Set<FileName> before = names(base);
    Set<FileName> now = names(tree);
    Set<FileName> all = new TreeSet<>(before);
    all.addAll(now);
    for (FileName name : all) {
      Bytes below = path.plus(SLASH).plus(name.value());
      if (!now.contains(name)) {
        tar.begin(OverlayMarks.hiding(below, name, tree.node().stat().modified()));
      } else if (!before.contains(name)) {
        packer.packBelow(tree, name, path, depth(path));
      } else {
        both(base, tree, name, path, below);
      }
    }
  }

  private void both(Directory base, Directory tree, FileName name, Bytes path, Bytes below) {
    try (Node old = base.node(name);
        Node own = tree.node(name)) {
      boolean directories =
          old.stat().type() == FileType.DIRECTORY && own.stat().type() == FileType.DIRECTORY;
      if (directories) {
        if (depth(below) > Packer.DEEPEST) {
          throw Refusal.entry(below, "it lies too deep to be in an archive");
        }
        try (Directory oldBelow = old.enter();
            Directory ownBelow = own.enter()) {
          walk(oldBelow, ownBelow, below);
        }
      } else if (!isSame(old, own)) {
        packer.packBelow(tree, name, path, depth(path));
      }
    }
  }

  private static int depth(Bytes path) {
    int depth = 0;
    for (int at = path.indexOf('/', 0); at >= 0; at = path.indexOf('/', at + 1)) {
      depth++;
    }
    return depth;
  }

  private static Set<FileName> names(Directory directory) {
    return directory.entries().stream().map(DirectoryEntry::name).collect(Collectors.toSet());
  }

  /** Whether a file is as it was; of a directory, whether it is, apart from what is in it. */
  private boolean isSame(Node old, Node own) {
    Stat before = old.stat();
    Stat now = own.stat();
    boolean described =
        before.type() == now.type()
            && before.mode() == now.mode()
            && before.uid() == now.uid()
            && before.gid() == now.gid()
            && before.modified().equals(now.modified())
            && Packer.xattrs(old, Ids.AS_THEY_ARE).equals(Packer.xattrs(own, Ids.AS_THEY_ARE));
    if (!described) {
      return false;
    }
    return switch (now.type()) {
      case REGULAR ->
          before.size() == now.size() && before.links() == now.links() && hasSame(old, own);
      case SYMLINK -> old.target().equals(own.target());
      case CHARACTER_DEVICE, BLOCK_DEVICE -> before.special().equals(now.special());
      case DIRECTORY, FIFO, SOCKET, UNKNOWN -> true;
    };
  }

  private boolean hasSame(Node old, Node own) {
    try (RegularFile before = old.read();
        RegularFile now = own.read()) {
      for (long at = 0; ; ) {
        int got = fill(now, at, ours);
        if (got != fill(before, at, theirs) || !Arrays.equals(ours, 0, got, theirs, 0, got)) {
          return false;
        }
        if (got == 0) {
          return true;
        }
        at += got;
      }
    }
  }

  private static int fill(RegularFile file, long at, byte[] buffer) {
    int have = 0;
    while (have < buffer.length) {
      int got = file.read(at + have, buffer, have, buffer.length - have);
      if (got == 0) {
        break;
      }
      have += got;
    }
    return have;
  }
}
