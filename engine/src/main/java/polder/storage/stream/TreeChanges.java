package polder.storage.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Listing;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.linux.Xattrs;

/**
 * Tells the changes between two trees, or of nothing to one, in an order in which they can be made.
 *
 * <p>Nothing is believed that a zone can set: where all else is equal the contents are compared.
 * What stays is not told; a file that was moved is told as a new one. Memory is taken for the
 * directories of the one that is looked at and for files with several names; descriptors for two
 * directories and two files, whatever the depth.
 */
public final class TreeChanges {
  private static final Walk DOWN = Walk.NO_LINKS.onOneMount();
  private static final Bytes CAPABILITY = Bytes.of("security.capability");

  private final Optional<Directory> before;
  private final Directory after;
  private final Sink sink;
  private final Map<File, TreePath> told = new HashMap<>(); // of those with several names
  private final Map<File, File> kept = new HashMap<>(); // which old one became which new one
  private final byte[] piece = new byte[Command.PIECE];
  private final byte[] other = new byte[Command.PIECE];
  private long changes;

  /** Takes changes. */
  @FunctionalInterface
  interface Sink {
    void take(Change change) throws IOException;
  }

  /** A file, whatever its names. */
  private record File(DeviceNumber device, long inode) {
    static File of(Stat stat) {
      return new File(stat.device(), stat.inode());
    }
  }

  private TreeChanges(Optional<Directory> before, Directory after, Sink sink) {
    this.before = before;
    this.after = after;
    this.sink = sink;
  }

  /**
   * Writes the changes as btrfs would, from their beginning to their end. Nobody changes the trees
   * meanwhile.
   *
   * @param before what the receiver has; empty for nothing
   * @param since the id of that
   * @param after what the receiver is to have
   * @param id the id of that
   * @throws SyscallException EXDEV if something is mounted in one of them
   * @throws IllegalArgumentException if a path is longer than 4,095 bytes
   */
  public static void write(
      Optional<Directory> before, Optional<UUID> since, Directory after, UUID id, OutputStream to)
      throws IOException {
    ChangeWriter writer = new ChangeWriter(to);
    writer.write(new Change.Begin(id, since));
    new TreeChanges(before, after, writer::write).run();
    writer.write(new Change.End());
  }

  /** Whether the two differ in anything but times. */
  public static boolean differ(Directory before, Directory after) {
    try {
      Sink first =
          change -> {
            if (!(change instanceof Change.Times)) {
              throw new Difference();
            }
          };
      new TreeChanges(Optional.of(before), after, first).run();
      return false;
    } catch (Difference e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a stream of changes tells of anything but times; not all of it may be read. */
  public static boolean differ(InputStream changes) throws IOException {
    ChangeReader reader = new ChangeReader(changes);
    Change change = reader.next();
    while (change instanceof Change.Begin || change instanceof Change.Times) {
      change = reader.next();
    }
    return !(change instanceof Change.End);
  }

  /** Ends the comparison at the first one. */
  static final class Difference extends IOException {
    private static final long serialVersionUID = 1;
  }

  private void run() throws IOException {
    Stat stat = after.node().stat();
    Optional<Stat> old = before.map(tree -> tree.node().stat());
    visit(TreePath.TOP, stat, old);
  }

  private void tell(Change change) throws IOException {
    changes++;
    sink.take(change);
  }

  /** Tells of a directory that is there already on the other side, or was just made. */
  private void visit(TreePath path, Stat stat, Optional<Stat> old) throws IOException {
    long begun = changes;
    List<FileName> below = new ArrayList<>();
    try (Directory now = after.enter(path.fromTop(), DOWN)) {
      if (old.isPresent()) {
        try (Directory was = before.orElseThrow().enter(path.fromTop(), DOWN)) {
          removals(path, now, was);
          entries(path, now, Optional.of(was), below);
        }
      } else {
        entries(path, now, Optional.empty(), below);
      }
    }
    for (FileName name : below) {
      TreePath deeper = path.child(name);
      Stat found = stat(after, deeper);
      Optional<Stat> there =
          old.isPresent() ? find(deeper).filter(TreeChanges::isDirectory) : Optional.empty();
      if (there.isEmpty()) {
        tell(new Change.MakeDirectory(deeper));
      }
      visit(deeper, found, there);
    }
    try (Node now = after.node(path.fromTop(), DOWN)) {
      if (old.isPresent()) {
        try (Node was = before.orElseThrow().node(path.fromTop(), DOWN)) {
          describe(path, now, stat, Optional.of(was), old, false);
        }
      } else {
        describe(path, now, stat, Optional.empty(), old, false);
      }
    }
    if (changes != begun || !old.map(Stat::modified).equals(Optional.of(stat.modified()))) {
      tell(new Change.Times(path, stat.accessed(), stat.modified()));
    }
  }

  private static Stat stat(Directory tree, TreePath path) {
    try (Node node = tree.node(path.fromTop(), DOWN)) {
      return node.stat();
    }
  }

  private Optional<Stat> find(TreePath path) {
    try (Directory parent = before.orElseThrow().enter(path.parent().fromTop(), DOWN)) {
      return parent.find(path.name());
    }
  }

  private static boolean isDirectory(Stat stat) {
    return stat.type() == FileType.DIRECTORY;
  }

  /** Tells of what is gone, and of directories that are something else now, or the reverse. */
  private void removals(TreePath path, Directory now, Directory was) throws IOException {
    List<FileName> trees = new ArrayList<>();
    try (Listing list = was.list()) {
      while (list.hasNext()) {
        FileName name = list.next().name();
        Stat old = was.stat(name);
        Optional<Stat> stat = now.find(name);
        if (stat.isPresent() && isDirectory(stat.get()) == isDirectory(old)) {
          continue;
        }
        if (isDirectory(old)) {
          trees.add(name);
        } else {
          tell(new Change.Unlink(path.child(name)));
        }
      }
    }
    for (FileName name : trees) {
      remove(path.child(name));
    }
  }

  private void remove(TreePath path) throws IOException {
    List<FileName> below = new ArrayList<>();
    try (Directory was = before.orElseThrow().enter(path.fromTop(), DOWN);
        Listing list = was.list()) {
      while (list.hasNext()) {
        FileName name = list.next().name();
        if (isDirectory(was.stat(name))) {
          below.add(name);
        } else {
          tell(new Change.Unlink(path.child(name)));
        }
      }
    }
    for (FileName name : below) {
      remove(path.child(name));
    }
    tell(new Change.RemoveDirectory(path));
  }

  /** Tells of all that is no directory; those are for later. */
  private void entries(TreePath path, Directory now, Optional<Directory> was, List<FileName> below)
      throws IOException {
    try (Listing list = now.list()) {
      while (list.hasNext()) {
        FileName name = list.next().name();
        Stat stat = now.stat(name);
        if (isDirectory(stat)) {
          below.add(name);
          continue;
        }
        Optional<Stat> old = was.flatMap(directory -> directory.find(name));
        file(path.child(name), now, stat, was, old.filter(there -> !isDirectory(there)));
      }
    }
  }

  private void file(
      TreePath path, Directory now, Stat stat, Optional<Directory> was, Optional<Stat> old)
      throws IOException {
    FileName name = path.name();
    File file = File.of(stat);
    if (stat.links() > 1 && told.containsKey(file)) {
      boolean stays =
          old.filter(there -> there.links() > 1 && file.equals(kept.get(File.of(there))))
              .isPresent();
      if (!stays) {
        if (old.isPresent()) {
          tell(new Change.Unlink(path));
        }
        tell(new Change.Link(path, told.get(file)));
      }
      return;
    }
    if (stat.links() > 1) {
      told.put(file, path);
    }
    if (old.isPresent() && was.isPresent()) {
      try (Node before = was.get().node(name);
          Node after = now.node(name)) {
        if (stat.links() == 1
            && old.get().links() == 1
            && isAlike(after, stat, before, old.get())) {
          change(path, now, after, stat, was.get(), before, old.get());
          return;
        }
        if (stat.links() > 1
            && old.get().links() == stat.links()
            && !kept.containsKey(File.of(old.get()))
            && isSame(name, now, after, stat, was.get(), before, old.get())) {
          kept.put(File.of(old.get()), file);
          return;
        }
      }
      tell(new Change.Unlink(path));
    }
    make(path, now, stat);
  }

  /** Whether the one can become the other without being made anew. */
  private static boolean isAlike(Node after, Stat stat, Node before, Stat old) {
    return stat.type() == old.type()
        && stat.special().equals(old.special())
        && (stat.type() != FileType.SYMLINK || after.target().equals(before.target()));
  }

  private boolean isSame(
      FileName name, Directory now, Node after, Stat stat, Directory was, Node before, Stat old)
      throws IOException {
    if (!isAlike(after, stat, before, old)
        || stat.mode() != old.mode()
        || stat.uid() != old.uid()
        || stat.gid() != old.gid()
        || !stat.modified().equals(old.modified())
        || !attributes(after).equals(attributes(before))) {
      return false;
    }
    if (stat.type() != FileType.REGULAR) {
      return true;
    }
    if (stat.size() != old.size()) {
      return false;
    }
    boolean[] differs = {false};
    try (RegularFile contents = now.read(name);
        RegularFile former = was.read(name)) {
      compare(contents, stat.size(), former, (offset, length) -> differs[0] = true);
    }
    return !differs[0];
  }

  private static Map<Bytes, Bytes> attributes(Node node) {
    Map<Bytes, Bytes> all = new HashMap<>();
    Xattrs attributes = node.xattrs();
    for (Bytes name : attributes.names()) {
      if (ChangedTree.isKept(name)) {
        attributes.get(name).ifPresent(value -> all.put(name, value));
      }
    }
    return all;
  }

  /** Tells what has changed of a file with one name. */
  private void change(
      TreePath path, Directory now, Node after, Stat stat, Directory was, Node before, Stat old)
      throws IOException {
    long begun = changes;
    if (stat.type() == FileType.REGULAR) {
      try (RegularFile contents = now.read(path.name());
          RegularFile former = was.read(path.name())) {
        compare(
            contents,
            stat.size(),
            former,
            (offset, length) -> tell(new Change.Write(path, offset, Bytes.of(piece, 0, length))));
      }
      if (stat.size() != old.size()) {
        tell(new Change.Truncate(path, stat.size()));
      }
    }
    describe(path, after, stat, Optional.of(before), Optional.of(old), changes != begun);
    if (changes != begun || !stat.modified().equals(old.modified())) {
      tell(new Change.Times(path, stat.accessed(), stat.modified()));
    }
  }

  /** Is told where contents are different; {@link #piece} has the new ones. */
  @FunctionalInterface
  private interface Different {
    void at(long offset, int length) throws IOException;
  }

  private void compare(RegularFile contents, long size, RegularFile former, Different different)
      throws IOException {
    long at = 0;
    while (at < size) {
      long next = Math.min(next(contents, at, size), next(former, at, size));
      at = Math.max(at, next / Command.PIECE * Command.PIECE);
      if (at >= size || next >= size) {
        return;
      }
      int length = (int) Math.min(piece.length, size - at);
      fill(contents, at, piece, length);
      fill(former, at, other, length);
      if (!Arrays.equals(piece, 0, length, other, 0, length)) {
        different.at(at, length);
      }
      at += length;
    }
  }

  private static long next(RegularFile file, long at, long size) {
    OptionalLong data = file.nextData(at);
    return data.orElse(size);
  }

  /** Reads so many bytes; what is beyond the end are zeroes. */
  private static void fill(RegularFile file, long at, byte[] buffer, int length) {
    int have = 0;
    while (have < length) {
      int got = file.read(at + have, buffer, have, length - have);
      if (got == 0) {
        Arrays.fill(buffer, have, length, (byte) 0);
        return;
      }
      have += got;
    }
  }

  private void make(TreePath path, Directory now, Stat stat) throws IOException {
    FileName name = path.name();
    try (Node node = now.node(name)) {
      switch (stat.type()) {
        case REGULAR -> {
          tell(new Change.MakeFile(path));
          contents(path, now, stat.size());
        }
        case SYMLINK -> tell(new Change.MakeSymlink(path, node.target()));
        case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET ->
            tell(new Change.MakeNode(path, stat.type(), stat.special()));
        case DIRECTORY, UNKNOWN ->
            throw new SyscallException("send '%s', of unknown kind".formatted(path), Errno.EINVAL);
      }
      describe(path, node, stat, Optional.empty(), Optional.empty(), false);
    }
    tell(new Change.Times(path, stat.accessed(), stat.modified()));
  }

  private void contents(TreePath path, Directory now, long size) throws IOException {
    long end = 0;
    try (RegularFile file = now.read(path.name())) {
      OptionalLong data = file.nextData(0);
      while (data.isPresent() && data.getAsLong() < size) {
        long at = data.getAsLong();
        long hole = Math.min(file.nextHole(at).orElse(size), size);
        while (at < hole) {
          int length = (int) Math.min(piece.length, hole - at);
          fill(file, at, piece, length);
          tell(new Change.Write(path, at, Bytes.of(piece, 0, length)));
          at += length;
        }
        end = hole;
        data = file.nextData(hole);
      }
    }
    if (end < size) {
      tell(new Change.Truncate(path, size));
    }
  }

  /**
   * Tells owner, mode and attributes as far as they changed, in this order: a new owner takes
   * set-uid and capabilities away, and so do new contents with capabilities.
   */
  private void describe(
      TreePath path, Node now, Stat stat, Optional<Node> was, Optional<Stat> old, boolean written)
      throws IOException {
    boolean owned =
        old.filter(there -> there.uid() == stat.uid() && there.gid() == stat.gid()).isEmpty();
    if (owned) {
      tell(new Change.Owner(path, stat.uid(), stat.gid()));
    }
    boolean moded = owned || written || old.filter(it -> it.mode() == stat.mode()).isEmpty();
    if (moded && stat.type() != FileType.SYMLINK) {
      tell(new Change.Mode(path, stat.mode()));
    }
    Map<Bytes, Bytes> attributes = attributes(now);
    Map<Bytes, Bytes> former = was.map(TreeChanges::attributes).orElse(Map.of());
    for (Bytes name : former.keySet().stream().sorted().toList()) {
      if (!attributes.containsKey(name)) {
        tell(new Change.RemoveXattr(path, name));
      }
    }
    for (Bytes name : attributes.keySet().stream().sorted().toList()) {
      Bytes value = attributes.getOrDefault(name, Bytes.EMPTY);
      boolean lost = (owned || written) && name.equals(CAPABILITY);
      if (lost || !Optional.of(value).equals(Optional.ofNullable(former.get(name)))) {
        tell(new Change.SetXattr(path, name, value));
      }
    }
  }
}
