package polder.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a directory with all below it, as it lies on the disk: contents with their holes,
 * modes, owners, times, all extended attributes (those by which overlayfs marks what it hides among
 * them), devices, and files with several names. Where the file system can, the copies share their
 * blocks with the originals until one of the two changes.
 *
 * <p>By descriptors only: no link is followed and no mount is entered. Neither depth nor width nor
 * the number of names takes descriptors; memory is taken for the directories on the way and for the
 * files whose further names are still to come.
 */
public final class TreeCopy {
  /** How many directories on the way down are held; those above are found again by "..". */
  private static final int HELD = 32;

  private final Directory links; // what has further names, by its inode's number
  private final Map<Long, Long> missing = new HashMap<>(); // how many names are still to come
  private final List<Level> way = new ArrayList<>();
  private boolean sharing = true;
  private long bytes;

  private TreeCopy(Directory links) {
    this.links = links;
  }

  /**
   * Copies {@code from} as the new directory {@code name} of {@code place}. Nobody changes it
   * meanwhile. When it fails, what was made stays, for the caller to remove.
   *
   * @return how many bytes the original takes on the disk
   * @throws SyscallException EEXIST if {@code name} is there; EXDEV if something is mounted in
   *     {@code from}
   */
  public static long copy(Directory from, Directory place, FileName name) {
    FileName further = FileName.of("links-of-" + name);
    try (Directory links = place.ensureDirectory(further, 0700)) {
      TreeCopy copy = new TreeCopy(links);
      try {
        place.makeDirectory(name, 0700);
        copy.descend(from.again(), place.enter(name));
        copy.walk();
      } finally {
        copy.way.forEach(Level::close);
      }
      Tree.delete(place, further);
      return copy.bytes;
    }
  }

  /** One directory on the way down. */
  private static final class Level {
    private final Stat original;
    private final Stat copied;
    private final Deque<FileName> below = new ArrayDeque<>();
    private @Nullable Directory from;
    private @Nullable Directory to;

    Level(Directory from, Directory to) {
      this.from = from;
      this.to = to;
      this.original = from.node().stat();
      this.copied = to.node().stat();
    }

    Directory from() {
      return held(from);
    }

    Directory to() {
      return held(to);
    }

    private static Directory held(@Nullable Directory directory) {
      if (directory == null) {
        throw new IllegalStateException("the directory is not held now");
      }
      return directory;
    }

    /** Finds it again, as what is above {@code below}. */
    void reopen(Level below) {
      if (from == null) {
        from = above(below.from(), original);
      }
      if (to == null) {
        to = above(below.to(), copied);
      }
    }

    private static Directory above(Directory below, Stat expected) {
      Directory above = below.above();
      if (!above.node().stat().isSameFile(expected)) {
        above.close();
        throw new SyscallException("go back up while copying: it was moved", Errno.EBUSY);
      }
      return above;
    }

    void close() {
      if (from != null) {
        from.close();
      }
      if (to != null) {
        to.close();
      }
      from = null;
      to = null;
    }
  }

  private void walk() {
    while (!way.isEmpty()) {
      Level level = way.getLast();
      FileName next = level.below.poll();
      if (next != null) {
        level.to().makeDirectory(next, 0700);
        descend(
            level.from().enter(new FilePath(next.value()), Walk.NO_LINKS.onOneMount()),
            level.to().enter(next));
      } else {
        describe(level.from().node(), level.to().node(), level.original);
        if (way.size() > 1) {
          way.get(way.size() - 2).reopen(level);
        }
        level.close();
        way.removeLast();
      }
    }
  }

  /** Copies what is in a directory, but for the directories, whose turn comes later. */
  private void descend(Directory from, Directory to) {
    Level level = new Level(from, to);
    way.add(level);
    if (way.size() > HELD) {
      way.get(way.size() - HELD - 1).close();
    }
    bytes += level.original.blocks() * 512;
    try (Listing list = from.list()) {
      while (list.hasNext()) {
        FileName name = list.next().name();
        Stat stat = from.stat(name);
        if (stat.type() == FileType.DIRECTORY) {
          level.below.add(name);
        } else {
          add(from, to, name, stat);
        }
      }
    }
  }

  private void add(Directory from, Directory to, FileName name, Stat stat) {
    FileName first = FileName.of(Long.toUnsignedString(stat.inode()));
    Long more = missing.get(stat.inode());
    if (more == null) {
      make(from, to, name, stat);
      bytes += stat.blocks() * 512;
      if (stat.links() > 1) {
        links.link(to, name, first);
        missing.put(stat.inode(), stat.links() - 1);
      }
    } else if (more > 1) {
      to.link(links, first, name);
      missing.put(stat.inode(), more - 1);
    } else {
      links.rename(
          first, to, name); // no link more than the original has: there is a greatest number
      missing.remove(stat.inode());
    }
  }

  private void make(Directory from, Directory to, FileName name, Stat stat) {
    switch (stat.type()) {
      case REGULAR -> {
        try (RegularFile original = from.read(name);
            RegularFile copy = to.create(name, 0600)) {
          contents(original, copy, stat.size());
          describe(original.node(), copy.node(), stat);
        }
        return;
      }
      case SYMLINK -> {
        try (Node original = from.node(name)) {
          to.makeSymlink(name, original.target());
        }
      }
      case CHARACTER_DEVICE, BLOCK_DEVICE -> to.makeDevice(name, stat.type(), stat.special(), 0600);
      case FIFO -> to.makeFifo(name, 0600);
      case SOCKET -> to.makeSocket(name, 0600);
      case DIRECTORY, UNKNOWN ->
          throw new SyscallException("copy '" + name + "', of unknown kind", Errno.EINVAL);
    }
    try (Node original = from.node(name);
        Node copy = to.node(name)) {
      describe(original, copy, stat);
    }
  }

  private void contents(RegularFile original, RegularFile copy, long size) {
    if (size == 0) {
      return;
    }
    if (sharing) {
      sharing = original.shareWith(copy);
      if (sharing) {
        return;
      }
    }
    copy.truncate(size);
    OptionalLong data = original.nextData(0);
    while (data.isPresent() && data.getAsLong() < size) {
      long from = data.getAsLong();
      long to = original.nextHole(from).orElse(size);
      original.copyTo(copy, from, to - from);
      data = original.nextData(to);
    }
  }

  /** In this order: a new owner takes set-uid and capabilities away, a change moves the times. */
  private static void describe(Node original, Node copy, Stat stat) {
    copy.owner(stat.uid(), stat.gid());
    if (stat.type() != FileType.SYMLINK) {
      copy.mode(stat.mode());
    }
    Xattrs attributes = original.xattrs();
    for (Bytes name : attributes.names()) {
      attributes.get(name).ifPresent(value -> copy.xattrs().set(name, value));
    }
    copy.times(stat.accessed(), stat.modified());
  }
}
