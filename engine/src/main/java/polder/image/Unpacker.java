package polder.image;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.image.UnpackOptions.Existing;
import polder.image.UnpackOptions.Whiteouts;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Unpacks an archive into a directory, and nowhere else.
 *
 * <p>An entry's parent is found by the kernel with the directory as its root; in it, the entry is
 * made by name and changed by descriptor, so no link is followed twice. A leading "/" is dropped
 * and ".." ends at the root. For one archive.
 */
public final class Unpacker {
  private static final int AT_ONCE = 128 << 10;
  private static final long REPORT_EVERY = 4 << 20;

  /** What is remembered until the end (directories, links to what comes later) in bytes. */
  private static final long MEMORY = 48 << 20;

  private static final int MEMORY_EACH = 200;
  private static final FileName OPAQUE = FileName.of(".wh..wh..opq");

  private record Later(TarEntry entry, List<FileName> path) {}

  private final Destination destination;
  private final List<FileName> base;
  private final UnpackOptions options;
  private final Progress progress;
  private final Witness witness;
  private final byte[] buffer = new byte[AT_ONCE];
  private final List<Later> directories = new ArrayList<>();
  private final List<Later> links = new ArrayList<>();
  private final Set<List<FileName>> made = new HashSet<>(); // where whiteouts mean something
  private long remembered;
  private long entries;
  private long bytes;
  private long reported;

  private Unpacker(
      Destination destination,
      List<FileName> base,
      UnpackOptions options,
      Progress progress,
      Witness witness) {
    this.destination = destination;
    this.base = base;
    this.options = options;
    this.progress = progress;
    this.witness = witness;
  }

  /**
   * Unpacks {@code archive}, which is not compressed, into {@code root}. What was made stays when
   * it fails.
   *
   * @throws PolderException INVALID for a hostile or damaged archive, with the entry's name;
   *     NO_ROOM where the disk is full; WRONG_STATE if the thread is interrupted
   */
  public static Unpacked unpack(
      InputStream archive,
      Directory root,
      UnpackOptions options,
      Limits limits,
      Progress progress) {
    return unpack(archive, root, List.of(), options, limits, progress, Witness.NOBODY);
  }

  /**
   * As the other, into the directory {@code base} below {@code root}; {@code witness} is told what
   * the archive is made of.
   */
  static Unpacked unpack(
      InputStream archive,
      Directory root,
      List<FileName> base,
      UnpackOptions options,
      Limits limits,
      Progress progress,
      Witness witness) {
    TarReader tar = new TarReader(archive, limits, witness);
    boolean guarded = options.existing() == Existing.KEPT;
    try (Destination destination = new Destination(root, guarded)) {
      return new Unpacker(destination, base, options, progress, witness).unpack(tar);
    }
  }

  private Unpacked unpack(TarReader tar) {
    Optional<TarEntry> entry = tar.next();
    while (entry.isPresent()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new PolderException(ErrorKind.WRONG_STATE, "unpacking was interrupted");
      }
      entries++;
      place(entry.get(), tar);
      entry = tar.next();
    }
    links.forEach(later -> attempt(later.entry(), () -> link(later, true)));
    directories.forEach(later -> attempt(later.entry(), () -> setTimes(later)));
    progress.report("unpacking", bytes, bytes);
    boolean isLayer = options.whiteouts() == Whiteouts.FOR_OVERLAY;
    return new Unpacked(entries, bytes, isLayer ? destination.implied() : List.of());
  }

  private void place(TarEntry entry, TarReader tar) {
    attempt(
        entry,
        () -> {
          List<FileName> path = path(entry.name());
          if (path.size() == base.size()) {
            placeRoot(entry);
          } else if (!isWhiteout(path)) {
            place(entry, path, tar);
            if (options.whiteouts() == Whiteouts.APPLIED) {
              rememberMade(entry, path);
            }
          }
        });
  }

  /** It and the directories above it: an opaque mark that follows spares them. */
  private void rememberMade(TarEntry entry, List<FileName> path) {
    for (int length = path.size(); length > 0 && made.add(path.subList(0, length)); length--) {
      remember(entry);
    }
  }

  private static void attempt(TarEntry entry, Runnable work) {
    try {
      work.run();
    } catch (SyscallException e) {
      throw Refusal.failed("cannot unpack '" + Refusal.shown(entry.name()) + "'", e);
    } catch (IllegalArgumentException e) {
      throw Refusal.entry(entry.name(), String.valueOf(e.getMessage()).replace("%", "%%"));
    }
  }

  private List<FileName> path(Bytes name) {
    int start = 0; // a path of 4,095 bytes is written with a "./" or '/' around it
    while (start + 2 < name.length() && name.at(start) == '.' && name.at(start + 1) == '/') {
      start += 2;
    }
    int end = name.length();
    while (end > start + 1 && name.at(end - 1) == '/') {
      end--;
    }
    List<FileName> names = new FilePath(name.part(start, end)).names();
    if (base.isEmpty()) {
      return names;
    }
    List<FileName> path = new ArrayList<>(base);
    path.addAll(names);
    return path;
  }

  private void placeRoot(TarEntry entry) {
    if (entry.type() != TarType.DIRECTORY) {
      throw Refusal.entry(entry.name(), "the root itself can only be a directory");
    }
    if (options.existing() == Existing.REPLACED) {
      finish(destination.root().node(), entry);
      laterTimes(entry, List.of());
    }
  }

  private void place(TarEntry entry, List<FileName> path, TarReader tar) {
    if (entry.type() == TarType.HARD_LINK) {
      link(new Later(entry, path), false);
      return;
    }
    Directory parent = destination.ensure(path.subList(0, path.size() - 1));
    FileName name = path.getLast();
    switch (entry.type()) {
      case DIRECTORY -> makeDirectory(entry, parent, path);
      case FILE -> {
        clear(entry, parent, path);
        makeFile(entry, ensureParent(path), path, tar);
      }
      case SYMLINK -> {
        clear(entry, parent, path);
        ensureParent(path).makeSymlink(name, new FilePath(entry.target()));
        finish(path, entry);
      }
      case FIFO -> {
        clear(entry, parent, path);
        ensureParent(path).makeFifo(name, 0600);
        finish(path, entry);
      }
      case CHARACTER_DEVICE, BLOCK_DEVICE -> {
        if (options.existing() == Existing.KEPT) {
          throw Refusal.entry(entry.name(), "devices are not copied into a zone");
        }
        refuseWhiteout(entry);
        clear(entry, parent, path);
        FileType type =
            entry.type() == TarType.BLOCK_DEVICE
                ? FileType.BLOCK_DEVICE
                : FileType.CHARACTER_DEVICE;
        ensureParent(path).makeDevice(name, type, entry.device(), 0600);
        finish(path, entry);
      }
      case HARD_LINK -> throw new IllegalStateException("links were seen to above");
    }
  }

  /** To overlayfs it would hide what is below it; whoever makes an image has another way. */
  private void refuseWhiteout(TarEntry entry) {
    boolean isOne =
        entry.type() == TarType.CHARACTER_DEVICE && entry.device().equals(TarEntry.NO_DEVICE);
    if (isOne && options.whiteouts() == Whiteouts.FOR_OVERLAY) {
      throw Refusal.entry(entry.name(), "the device 0:0 cannot be in a layer");
    }
  }

  /** As opened before, unless something was taken away in between. */
  private Directory ensureParent(List<FileName> path) {
    return destination.ensure(path.subList(0, path.size() - 1));
  }

  /** Makes the place of an entry free that is no directory. */
  private void clear(TarEntry entry, Directory parent, List<FileName> path) {
    Optional<Stat> there = parent.find(path.getLast());
    if (there.isEmpty()) {
      return;
    }
    witness.replaced();
    if (there.get().type() == FileType.DIRECTORY) {
      if (options.existing() == Existing.KEPT) {
        throw Refusal.entry(entry.name(), "a directory of that name is there");
      }
      Tree.delete(parent, path.getLast());
    } else {
      parent.remove(path.getLast());
    }
    destination.forget();
  }

  private void makeDirectory(TarEntry entry, Directory parent, List<FileName> path) {
    FileName name = path.getLast();
    Optional<Stat> there = parent.find(name);
    boolean replaces = there.isPresent() && there.get().type() != FileType.DIRECTORY;
    if (there.isPresent() && replaces) {
      boolean isLink = there.get().type() == FileType.SYMLINK;
      if (options.existing() == Existing.KEPT && isLink && destination.find(path) != null) {
        return; // leads to a directory, which is used as it is
      }
      clear(entry, ensureParent(path), path);
    }
    try (Directory directory = ensureParent(path).ensureDirectory(name, 0700)) {
      if (replaces && options.whiteouts() == Whiteouts.FOR_OVERLAY) {
        OverlayMarks.makeOpaque(directory);
      }
      destination.list(directory);
      finish(directory.node(), entry);
    }
    laterTimes(entry, path);
  }

  private void makeFile(TarEntry entry, Directory parent, List<FileName> path, TarReader tar) {
    try (RegularFile file = parent.create(path.getLast(), 0600)) {
      witness.contents(path, entry.extents());
      long end = 0;
      for (Extent extent : entry.extents()) {
        for (long at = extent.offset(); at < extent.end(); ) {
          int most = (int) Math.min(buffer.length, extent.end() - at);
          int got = tar.read(buffer, 0, most);
          file.write(at, buffer, 0, got);
          at += got;
          count(got);
        }
        end = extent.end();
      }
      if (end < entry.size()) {
        file.truncate(entry.size());
      }
      finish(file.node(), entry);
      file.node().times(entry.accessed(), entry.modified());
    }
  }

  private void count(long more) {
    bytes += more;
    if (bytes - reported >= REPORT_EVERY) {
      reported = bytes;
      progress.report("unpacking", bytes, -1);
      if (Thread.currentThread().isInterrupted()) {
        throw new PolderException(ErrorKind.WRONG_STATE, "unpacking was interrupted");
      }
    }
  }

  private void finish(List<FileName> path, TarEntry entry) {
    try (Node node = ensureParent(path).node(path.getLast())) {
      finish(node, entry);
      node.times(entry.accessed(), entry.modified());
    }
  }

  /** Owner first, as that takes set-uid and capabilities away; mode last. */
  private void finish(Node node, TarEntry entry) {
    node.owner(options.ids().toHost(entry.uid()), options.ids().toHost(entry.gid()));
    for (Map.Entry<Bytes, Bytes> xattr : entry.xattrs().entrySet()) {
      if (XattrPolicy.keeps(xattr.getKey())) {
        Bytes value = XattrPolicy.inward(xattr.getKey(), xattr.getValue(), options.ids());
        node.xattrs().set(xattr.getKey(), value);
      }
    }
    if (entry.type() != TarType.SYMLINK) {
      node.mode(entry.mode());
    }
  }

  // What is done at the end

  private void laterTimes(TarEntry entry, List<FileName> path) {
    remember(entry);
    TarEntry times = TarEntry.times(entry.name(), entry.accessed(), entry.modified());
    directories.add(new Later(times, path));
  }

  private void remember(TarEntry entry) {
    remembered += MEMORY_EACH + 2L * entry.name().length() + entry.target().length();
    if (remembered > MEMORY) {
      throw Refusal.invalid("the archive has more directories and early links than can be kept");
    }
  }

  private void setTimes(Later later) {
    Node node;
    if (later.path().isEmpty()) {
      node = Node.of(destination.root().fd().duplicate());
    } else {
      int last = later.path().size() - 1;
      Directory parent = destination.find(later.path().subList(0, last));
      if (parent == null || parent.find(later.path().getLast()).isEmpty()) {
        return; // replaced or taken away by a later entry
      }
      node = parent.node(later.path().getLast());
    }
    try (node) {
      if (node.stat().type() == FileType.DIRECTORY) {
        node.times(later.entry().accessed(), later.entry().modified());
      }
    }
  }

  /** Links to a file that is there; else {@code atEnd} decides whether that is an error. */
  private void link(Later later, boolean atEnd) {
    TarEntry entry = later.entry();
    List<FileName> old = path(entry.target());
    if (old.size() == base.size()) {
      throw Refusal.entry(entry.name(), "a hard link to the root");
    }
    try (@Nullable Directory from = findParent(old)) {
      Optional<Stat> target = from == null ? Optional.empty() : from.find(old.getLast());
      if (from == null || target.isEmpty()) {
        if (atEnd) {
          throw Refusal.entry(
              entry.name(), "a hard link to '%s', which is not there", entry.target());
        }
        remember(entry);
        links.add(later);
        return;
      }
      if (target.get().type() == FileType.DIRECTORY) {
        throw Refusal.entry(entry.name(), "a hard link to the directory '%s'", entry.target());
      }
      if (target.get().type() == FileType.SYMLINK) { // one file, and two ways to lead elsewhere
        throw Refusal.entry(
            entry.name(),
            "a hard link to the symbolic link '%s'; it can be a symbolic link of its own",
            entry.target());
      }
      Directory parent = ensureParent(later.path());
      Optional<Stat> there = parent.find(later.path().getLast());
      if (there.isPresent() && there.get().isSameFile(target.get())) {
        return;
      }
      clear(entry, parent, later.path());
      ensureParent(later.path()).link(from, old.getLast(), later.path().getLast());
    }
  }

  private @Nullable Directory findParent(List<FileName> path) {
    try {
      return destination.root().enter(FilePath.of(path.subList(0, path.size() - 1)), Walk.IN_ROOT);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return null;
      }
      throw e;
    }
  }

  // Whiteouts

  private boolean isWhiteout(List<FileName> path) {
    FileName name = path.getLast();
    if (options.whiteouts() == Whiteouts.NONE || !name.value().startsWith(".wh.")) {
      return false;
    }
    List<FileName> parent = path.subList(0, path.size() - 1);
    if (name.equals(OPAQUE)) {
      makeOpaque(parent);
    } else if (!name.value().startsWith(".wh..wh.")) { // those are of AUFS's own use
      FileName hidden = new FileName(name.value().part(4, name.value().length()));
      hide(parent, hidden);
    }
    return true;
  }

  private void hide(List<FileName> path, FileName hidden) {
    if (options.whiteouts() == Whiteouts.FOR_OVERLAY) {
      hideBelow(destination.ensure(path), hidden);
      return;
    }
    Directory parent = destination.find(path);
    if (parent != null) {
      Tree.delete(parent, hidden);
      destination.forget();
    }
  }

  /** What the layer itself has there stays: it hides what is in the layers below. */
  private void hideBelow(Directory parent, FileName hidden) {
    Optional<Stat> own = parent.find(hidden);
    if (own.isEmpty()) {
      parent.makeDevice(hidden, FileType.CHARACTER_DEVICE, TarEntry.NO_DEVICE, 0);
    } else if (own.get().type() == FileType.DIRECTORY) {
      try (Directory directory = parent.enter(hidden)) {
        OverlayMarks.makeOpaque(directory);
        destination.list(directory); // it has nothing to do with one below
      }
    }
  }

  private void makeOpaque(List<FileName> path) {
    if (options.whiteouts() == Whiteouts.FOR_OVERLAY) {
      OverlayMarks.makeOpaque(destination.ensure(path));
      return;
    }
    Directory directory = destination.find(path);
    if (directory == null) {
      return;
    }
    try (Directory emptied = directory.again()) {
      removeUnlessMade(emptied, path);
    }
    destination.forget();
  }

  private void removeUnlessMade(Directory directory, List<FileName> path) {
    for (DirectoryEntry entry : directory.entries()) {
      List<FileName> place = new ArrayList<>(path);
      place.add(entry.name());
      if (!made.contains(place)) {
        Tree.delete(directory, entry.name());
      } else if (directory.stat(entry.name()).type() == FileType.DIRECTORY) {
        try (Directory below = directory.enter(entry.name())) {
          removeUnlessMade(below, place);
        }
      }
    }
  }
}
