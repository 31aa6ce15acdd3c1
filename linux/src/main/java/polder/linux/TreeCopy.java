package polder.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
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

  private static final Bytes OPAQUE = Bytes.of("user.overlay.opaque");
  private static final Bytes YES = Bytes.of("y");
  private static final DeviceNumber NO_DEVICE = new DeviceNumber(0, 0);

  private final Directory links; // what has further names, by its inode's number
  private final Map<Long, Long> missing = new HashMap<>(); // how many names are still to come
  private final List<Level> way = new ArrayList<>();
  private final boolean onto;
  private boolean sharing = true;
  private long bytes;

  private TreeCopy(Directory links, boolean onto) {
    this.links = links;
    this.onto = onto;
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
      place.makeDirectory(name, 0700);
      TreeCopy copy = new TreeCopy(links, false);
      copy.run(from.again(), place.enter(name));
      Tree.delete(place, further);
      return copy.bytes;
    }
  }

  /**
   * Copies a layer of an overlay over what is in {@code to}, as overlayfs would show the two: what
   * the layer has hides what was there, directories are merged unless they are opaque, and its
   * whiteouts take away. The marks themselves are not copied.
   *
   * @throws SyscallException EXDEV if something is mounted in one of them
   */
  public static void apply(Directory layer, Directory to) {
    FileName further = FileName.of("links-" + UUID.randomUUID());
    try (Directory links = to.ensureDirectory(further, 0700)) {
      new TreeCopy(links, true).run(layer.again(), to.again());
      Tree.delete(to, further);
    }
  }

  private void run(Directory from, Directory to) {
    try {
      descend(from, to);
      walk();
    } finally {
      way.forEach(Level::close);
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
        Directory from = level.from().enter(new FilePath(next.value()), Walk.NO_LINKS.onOneMount());
        descend(from, below(from, level.to(), next));
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

  /** The directory that {@code from} becomes, or is merged with. */
  private Directory below(Directory from, Directory to, FileName name) {
    try {
      if (onto) {
        boolean merged =
            to.find(name).filter(there -> there.type() == FileType.DIRECTORY).isPresent()
                && from.node().xattrs().get(OPAQUE).filter(YES::equals).isEmpty();
        if (merged) {
          return to.enter(name);
        }
        Tree.delete(to, name);
      }
      to.makeDirectory(name, 0700);
      return to.enter(name);
    } catch (SyscallException e) {
      from.close();
      throw e;
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
          continue;
        }
        if (onto) {
          Tree.delete(to, name);
        }
        if (!onto || !isWhiteout(stat)) {
          add(from, to, name, stat);
        }
      }
    }
  }

  private static boolean isWhiteout(Stat stat) {
    return stat.type() == FileType.CHARACTER_DEVICE && stat.special().equals(NO_DEVICE);
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
  private void describe(Node original, Node copy, Stat stat) {
    copy.owner(stat.uid(), stat.gid());
    if (stat.type() != FileType.SYMLINK) {
      copy.mode(stat.mode());
    }
    Xattrs attributes = original.xattrs();
    List<Bytes> names = attributes.names();
    if (onto) {
      for (Bytes name : copy.xattrs().names()) {
        if (!names.contains(name) && isOfFiles(name)) {
          copy.xattrs().remove(name); // of the directory below, or by its default ACL
        }
      }
    }
    for (Bytes name : names) {
      if (!onto || !isMark(name)) {
        attributes.get(name).ifPresent(value -> copy.xattrs().set(name, value));
      }
    }
    copy.times(stat.accessed(), stat.modified());
  }

  private static boolean isMark(Bytes name) {
    return name.startsWith("user.overlay.") || name.startsWith("trusted.overlay.");
  }

  /** Not labels, which the host's policy gives every file. */
  private static boolean isOfFiles(Bytes name) {
    return name.startsWith("user.")
        || name.startsWith("trusted.")
        || name.startsWith("system.posix_acl_")
        || name.startsWith("security.capability");
  }
}
