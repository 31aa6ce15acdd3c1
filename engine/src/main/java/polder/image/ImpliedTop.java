package polder.image;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.Stat;
import polder.linux.Walk;
import polder.linux.Xattrs;

/**
 * What goes on top of an image's layers where they imply directories: those, with nothing in them,
 * as the highest layer has them that lists them. To whoever stacks or copies layers, a directory's
 * mode, owner, times and attributes are those of the uppermost layer that has it; and a layer that
 * only implies it says nothing of them.
 */
final class ImpliedTop {
  private static final Bytes OPAQUE = Bytes.of("trusted.overlay.opaque");

  /** Of one image; a hostile one could ask for a great many. */
  private static final long LOOKS_AT_MOST = 4_000_000;

  private enum Seen {
    /** It has nothing there, and what is below it is seen. */
    NOTHING,
    /** It has something else there, or hides what is there. */
    END,
    /** It has a directory, and those below it count, too. */
    DIRECTORY,
    /** It has a directory, and none below it count. */
    LAST_DIRECTORY
  }

  private final List<Directory> layers;
  private final List<Set<FilePath>> implied;
  private final Map<FilePath, Integer> made = new LinkedHashMap<>(); // and which layer's they are
  private long looks;

  private ImpliedTop(List<Directory> layers, List<Set<FilePath>> implied) {
    this.layers = layers;
    this.implied = implied;
  }

  /**
   * Makes it as the directory {@code name} of {@code place}, if there is anything to put in it.
   *
   * @param layers the files of the layers, the lowest first
   * @param implied what each of them implies
   * @return whether it was made
   */
  static boolean make(
      Directory place, FileName name, List<Directory> layers, List<Set<FilePath>> implied) {
    ImpliedTop top = new ImpliedTop(layers, implied);
    Set<FilePath> wanted = top.wanted();
    if (wanted.isEmpty()) {
      return false;
    }
    try (Directory root = place.ensureDirectory(name, 0755)) {
      top.made.put(FilePath.HERE, layers.size() - 1);
      wanted.forEach(path -> top.make(root, path.names()));
      List<FilePath> paths = new ArrayList<>(top.made.keySet());
      paths.reversed().forEach(path -> top.describe(root, path)); // or times would move again
    }
    return true;
  }

  /** The directories of which another layer knows more than the uppermost. */
  private Set<FilePath> wanted() {
    Set<FilePath> wanted = new HashSet<>();
    Set<FilePath> seen = new HashSet<>();
    for (Set<FilePath> each : implied) {
      for (FilePath path : each) {
        if (seen.add(path) && !owner(path).equals(uppermost(path))) {
          wanted.add(path);
        }
      }
    }
    return wanted;
  }

  /** The uppermost layer of which a directory is seen there. */
  private OptionalInt uppermost(FilePath path) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      switch (look(i, path)) {
        case NOTHING -> {}
        case END -> {
          return OptionalInt.empty();
        }
        case DIRECTORY, LAST_DIRECTORY -> {
          return OptionalInt.of(i);
        }
      }
    }
    return OptionalInt.empty();
  }

  /** The layer that says what that directory is like: the first to list it, else the uppermost. */
  private OptionalInt owner(FilePath path) {
    OptionalInt uppermost = uppermost(path);
    for (int i = uppermost.orElse(-1); i >= 0; i--) {
      Seen seen = look(i, path);
      boolean isDirectory = seen == Seen.DIRECTORY || seen == Seen.LAST_DIRECTORY;
      if (isDirectory && !implied.get(i).contains(path)) {
        return OptionalInt.of(i);
      }
      if (seen == Seen.END || seen == Seen.LAST_DIRECTORY) {
        break;
      }
    }
    return uppermost;
  }

  private Seen look(int layer, FilePath path) {
    List<FileName> names = path.names();
    boolean last = false;
    Directory here = layers.get(layer).again();
    try {
      for (int i = 0; i < names.size(); i++) {
        count();
        Optional<Stat> there = here.find(names.get(i));
        if (there.isEmpty()) {
          return last ? Seen.END : Seen.NOTHING;
        }
        if (there.get().type() != FileType.DIRECTORY) {
          return Seen.END;
        }
        Directory below = here.enter(names.get(i));
        here.close();
        here = below;
        // one that is opaque itself hides what is in it, and not what is said of it
        last |= i < names.size() - 1 && here.node().xattrs().get(OPAQUE).isPresent();
      }
      return last ? Seen.LAST_DIRECTORY : Seen.DIRECTORY;
    } finally {
      here.close();
    }
  }

  private void count() {
    looks++;
    if (looks > LOOKS_AT_MOST) {
      throw Refusal.invalid(
          "the image's layers have too many directories that they do not list; list them");
    }
  }

  /** Makes a directory and those above it. */
  private void make(Directory root, List<FileName> names) {
    for (int length = 1; length <= names.size(); length++) {
      FilePath path = FilePath.of(names.subList(0, length));
      if (made.containsKey(path)) {
        continue;
      }
      made.put(path, owner(path).orElseThrow());
      FilePath above = FilePath.of(names.subList(0, length - 1));
      try (Directory parent = root.enter(above, Walk.NO_LINKS)) {
        parent.makeDirectory(names.get(length - 1), 0700);
      }
    }
  }

  private void describe(Directory root, FilePath path) {
    Directory layer = layers.get(made.getOrDefault(path, 0));
    try (Node from = layer.node(path, Walk.NO_LINKS);
        Node to = root.node(path, Walk.NO_LINKS)) {
      Stat stat = from.stat();
      to.owner(stat.uid(), stat.gid());
      to.mode(stat.mode());
      Xattrs attributes = from.xattrs();
      for (Bytes name : attributes.names()) {
        if (XattrPolicy.keeps(name)) {
          attributes.get(name).ifPresent(value -> to.xattrs().set(name, value));
        }
      }
      to.times(stat.accessed(), stat.modified());
    }
  }
}
