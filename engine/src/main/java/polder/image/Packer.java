package polder.image;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.Listing;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Writes a file, or a directory with all below it, to an archive. Links are written as links;
 * sockets are left out, as no archive has them. What changes meanwhile is written as it is found.
 */
public final class Packer {
  /** What an archive is for. */
  enum Form {
    /** The files as they lie. */
    FILES,
    /** The same, in the order of their names: so the same tree gives the same archive. */
    TREE,
    /** The same as a layer of an image: names that would hide something there are refused. */
    IMAGE,
    /** The same of overlayfs' own: its marks for what is hidden become files named so. */
    LAYER
  }

  private static final int AT_ONCE = 128 << 10;
  static final int DEEPEST = 1024; // a descriptor each
  private static final int LINKED_AT_MOST = 100_000; // beyond, further names become further files
  private static final int EXTENTS_AT_MOST = 10_000;
  private static final long REPORT_EVERY = 4 << 20;
  private static final int LONGEST_NAME = 4095 + 256; // a path below a name
  private static final int SORTED_AT_MOST = 100_000; // names in memory, of all directories above

  private static final Bytes SLASH = Bytes.of("/");
  private static final Bytes OPAQUE = Bytes.of(".wh..wh..opq");

  private record Inode(DeviceNumber device, long number) {}

  private final TarWriter tar;
  private final Ids ids;
  private final Form form;
  private final Set<Bytes> implied;
  private final Progress progress;
  private final byte[] buffer = new byte[AT_ONCE];
  private final Map<Inode, Bytes> linked = new HashMap<>();
  private int sorted;
  private long bytes;
  private long reported;

  /** Writes to {@code tar}, which the caller finishes. */
  public Packer(TarWriter tar, Ids ids, Progress progress) {
    this(tar, ids, Form.FILES, Set.of(), progress);
  }

  /** As the other, in that form; of the directories in {@code implied} only what is in them. */
  Packer(TarWriter tar, Ids ids, Form form, Set<Bytes> implied, Progress progress) {
    this.tar = tar;
    this.ids = ids;
    this.form = form;
    this.implied = implied;
    this.progress = progress;
  }

  /**
   * Writes {@code file} in {@code parent} as {@code name}, with all below it.
   *
   * @throws PolderException NOT_FOUND if it is not there; INVALID if it cannot be in an archive
   */
  public void pack(Directory parent, FileName file, Bytes name) {
    try {
      pack(parent, file, name, 0);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read '" + Refusal.shown(name) + "'", e);
    } catch (UncheckedIOException e) {
      throw unwritable(e);
    }
  }

  /** Writes {@code directory} itself as {@code name}, with all below it. */
  public void pack(Directory directory, Bytes name) {
    try {
      packDirectory(directory, name, 0);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read '" + Refusal.shown(name) + "'", e);
    } catch (UncheckedIOException e) {
      throw unwritable(e);
    }
  }

  private static PolderException unwritable(UncheckedIOException e) {
    return Refusal.unwritten("cannot write the archive", e);
  }

  private void pack(Directory parent, FileName file, Bytes name, int depth) {
    if (Thread.currentThread().isInterrupted()) {
      throw new PolderException(ErrorKind.WRONG_STATE, "packing was interrupted");
    }
    if (depth > DEEPEST || name.length() > LONGEST_NAME) {
      throw Refusal.entry(name, "it lies too deep to be in an archive");
    }
    try (Node node = parent.node(file)) {
      Stat stat = node.stat();
      switch (stat.type()) {
        case DIRECTORY -> {
          try (Directory directory = node.enter()) {
            packDirectory(directory, name, depth);
          }
        }
        case REGULAR -> packFile(node, stat, name);
        case SYMLINK ->
            tar.begin(entry(node, stat, name, TarType.SYMLINK, node.target().value(), List.of()));
        case CHARACTER_DEVICE -> packDevice(node, stat, name, file);
        case BLOCK_DEVICE -> packEmpty(node, stat, name, TarType.BLOCK_DEVICE);
        case FIFO -> packEmpty(node, stat, name, TarType.FIFO);
        case SOCKET, UNKNOWN -> {}
      }
    }
  }

  private void packDirectory(Directory directory, Bytes name, int depth) {
    Destination.refuseKernelsOwn(directory);
    if (!implied.contains(name)) {
      packAlone(directory, name);
    }
    if (form == Form.LAYER && OverlayMarks.isOpaque(directory.node())) {
      Bytes mark = name.plus(SLASH).plus(OPAQUE);
      tar.begin(TarEntry.file(mark, 0, 0, directory.node().stat().modified()));
    }
    try (Listing list = directory.list()) {
      if (form != Form.FILES) {
        packSorted(directory, list, name, depth);
      }
      while (list.hasNext()) {
        packBelow(directory, list.next().name(), name, depth);
      }
    }
  }

  /** Writes a directory without what is in it. */
  void packAlone(Directory directory, Bytes name) {
    Node node = directory.node();
    packEmpty(node, node.stat(), name.plus(SLASH), TarType.DIRECTORY);
  }

  /** So many at a time as memory allows: beyond that the order is the file system's. */
  private void packSorted(Directory directory, Listing list, Bytes name, int depth) {
    List<FileName> names = new ArrayList<>();
    while (list.hasNext() && sorted + names.size() < SORTED_AT_MOST) {
      names.add(list.next().name());
    }
    names.sort(null);
    sorted += names.size();
    names.forEach(below -> packBelow(directory, below, name, depth));
    sorted -= names.size();
  }

  /** Writes what {@code below} in {@code directory}, which is called {@code name}, is. */
  void packBelow(Directory directory, FileName below, Bytes name, int depth) {
    Bytes path = name.plus(SLASH).plus(below.value());
    if (form.compareTo(Form.IMAGE) >= 0 && below.value().startsWith(".wh.")) {
      throw Refusal.entry(
          path, "a name that begins with '.wh.' hides a file in an image; rename it");
    }
    try {
      pack(directory, below, path, depth + 1);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) { // gone since it was listed
        throw Refusal.failed("cannot read '" + Refusal.shown(path) + "'", e);
      }
    }
  }

  private void packDevice(Node node, Stat stat, Bytes name, FileName file) {
    if (form == Form.LAYER && OverlayMarks.isWhiteout(stat)) {
      tar.begin(OverlayMarks.hiding(name, file, stat.modified()));
    } else {
      packEmpty(node, stat, name, TarType.CHARACTER_DEVICE);
    }
  }

  private void packEmpty(Node node, Stat stat, Bytes name, TarType type) {
    tar.begin(entry(node, stat, name, type, Bytes.EMPTY, List.of()));
  }

  private void packFile(Node node, Stat stat, Bytes name) {
    if (stat.links() > 1) {
      Bytes first = linked.get(new Inode(stat.device(), stat.inode()));
      if (first != null) {
        tar.begin(entry(node, stat, name, TarType.HARD_LINK, first, List.of()));
        return;
      }
      if (linked.size() < LINKED_AT_MOST) {
        linked.put(new Inode(stat.device(), stat.inode()), name);
      }
    }
    try (RegularFile file = node.read()) {
      List<Extent> extents = extents(file, stat);
      tar.begin(entry(node, stat, name, TarType.FILE, Bytes.EMPTY, extents));
      for (Extent extent : extents) {
        copy(file, extent);
      }
    }
  }

  /** Where its data is; all of it where that saves nothing or cannot be told. */
  private static List<Extent> extents(RegularFile file, Stat stat) {
    List<Extent> whole = stat.size() == 0 ? List.of() : List.of(new Extent(0, stat.size()));
    if (stat.blocks() * 512 >= stat.size()) {
      return whole;
    }
    List<Extent> extents = new ArrayList<>();
    long at = 0;
    while (at < stat.size()) {
      OptionalLong data = file.nextData(at);
      if (data.isEmpty() || data.getAsLong() >= stat.size()) {
        break;
      }
      long end = Math.min(file.nextHole(data.getAsLong()).orElse(stat.size()), stat.size());
      extents.add(new Extent(data.getAsLong(), end - data.getAsLong()));
      if (extents.size() > EXTENTS_AT_MOST) {
        return whole;
      }
      at = end;
    }
    return extents;
  }

  /** As many bytes as were announced: if the file has fewer by now, zeroes. */
  private void copy(RegularFile file, Extent extent) {
    for (long at = extent.offset(); at < extent.end(); ) {
      int most = (int) Math.min(buffer.length, extent.end() - at);
      int got = file.read(at, buffer, 0, most);
      if (got == 0) {
        Arrays.fill(buffer, 0, most, (byte) 0);
        got = most;
      }
      tar.write(buffer, 0, got);
      at += got;
      count(got);
    }
  }

  private void count(int more) {
    bytes += more;
    if (bytes - reported >= REPORT_EVERY) {
      reported = bytes;
      progress.report("packing", bytes, -1);
      if (Thread.currentThread().isInterrupted()) {
        throw new PolderException(ErrorKind.WRONG_STATE, "packing was interrupted");
      }
    }
  }

  private TarEntry entry(
      Node node, Stat stat, Bytes name, TarType type, Bytes target, List<Extent> extents) {
    boolean isDevice = type == TarType.CHARACTER_DEVICE || type == TarType.BLOCK_DEVICE;
    return new TarEntry(
        name,
        type,
        stat.mode(),
        ids.toZone(stat.uid()),
        ids.toZone(stat.gid()),
        type == TarType.FILE ? stat.size() : 0,
        stat.modified(), // when it was read last is nobody's business, and would bloat each header
        stat.modified(),
        target,
        isDevice ? stat.special() : TarEntry.NO_DEVICE,
        type == TarType.HARD_LINK ? Map.of() : xattrs(node, ids),
        extents);
  }

  /** The attributes of a file that an archive has, as a zone sees them. */
  static Map<Bytes, Bytes> xattrs(Node node, Ids ids) {
    Map<Bytes, Bytes> xattrs = new HashMap<>();
    for (Bytes name : node.xattrs().names()) {
      if (XattrPolicy.keeps(name)) {
        node.xattrs()
            .get(name)
            .flatMap(value -> XattrPolicy.outward(name, value, ids))
            .ifPresent(value -> xattrs.put(name, value));
      }
    }
    return xattrs;
  }
}
