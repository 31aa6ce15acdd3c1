package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An open directory, and everything that is done relative to it.
 *
 * <p>A path that is walked twice can lead to two places, when somebody swaps a directory for a link
 * in between. So a directory is walked to once, held by a descriptor, and acted in by {@link
 * FileName}, which cannot lead anywhere. No method that takes a name follows a symbolic link.
 */
public final class Directory implements AutoCloseable {
  private static final long AT_REMOVEDIR = 0x200; // linux/fcntl.h
  private static final long AT_SYMLINK_FOLLOW = 0x400;
  private static final long RENAME_NOREPLACE = 1; // linux/fs.h
  private static final long RENAME_EXCHANGE = 2;

  /**
   * openat2(2) says EAGAIN when a rename anywhere made it unsure of a ".."; then it is repeated.
   */
  private static final int UNSURE_AT_MOST = 256;

  private static final long OPEN_DIRECTORY =
      OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;

  private final Fd fd;

  private Directory(Fd fd) {
    this.fd = fd;
  }

  /** The directory at {@code path} of the host; symbolic links are followed. */
  public static Directory open(Path path) {
    Bytes name = Bytes.of(path.toString().isEmpty() ? "." : path.toString());
    return new Directory(
        openat(OpenFlags.AT_FDCWD, name, OPEN_DIRECTORY, 0, () -> "open directory " + path));
  }

  /**
   * Takes over a descriptor that was had from elsewhere, such as that of another process's root.
   *
   * @throws SyscallException if it is not a directory that can be listed
   */
  public static Directory of(Fd fd) {
    try (fd) {
      return new Directory(
          openat(fd.number(), FilePath.HERE.value(), OPEN_DIRECTORY, 0, () -> "open " + fd));
    }
  }

  static Directory at(Node node) {
    return new Directory(
        openat(
            node.fd().number(), FilePath.HERE.value(), OPEN_DIRECTORY, 0, () -> "enter " + node));
  }

  /** Its descriptor, which stays this object's. */
  public Fd fd() {
    return fd;
  }

  /** One more hold on the same directory. */
  public Directory again() {
    return enter(FilePath.HERE, Walk.NO_LINKS);
  }

  /** The directory itself as a file: owner, mode, times, attributes. Closing either closes both. */
  public Node node() {
    return Node.of(fd);
  }

  // Going further

  /** The directory {@code name} in it. */
  public Directory enter(FileName name) {
    return new Directory(open(name, OPEN_DIRECTORY | OpenFlags.O_NOFOLLOW, 0, "enter"));
  }

  /** The directory above it, wherever that is by now; itself at the root. */
  Directory above() {
    return new Directory(
        openat(fd.number(), Bytes.of(".."), OPEN_DIRECTORY, 0, () -> "go up from " + fd));
  }

  /** The directory to which {@code path} leads. */
  public Directory enter(FilePath path, Walk walk) {
    return new Directory(openat2(path, OPEN_DIRECTORY, walk, "enter"));
  }

  /**
   * The file {@code name} in it, of whatever kind, without opening it: safe for a device or FIFO.
   */
  public Node node(FileName name) {
    return Node.of(
        open(name, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0, "find"));
  }

  /** The file to which {@code path} leads; a symbolic link at its end is the file meant. */
  public Node node(FilePath path, Walk walk) {
    long flags = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
    return Node.of(openat2(path, flags, walk, "find"));
  }

  /** The file to which {@code path} leads; a symbolic link at its end is followed too. */
  public Node follow(FilePath path, Walk walk) {
    return Node.of(openat2(path, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, walk, "find"));
  }

  /** What the kernel says of the file {@code name} in it. */
  public Stat stat(FileName name) {
    return Stat.at(fd, name.value(), Stat.AT_SYMLINK_NOFOLLOW);
  }

  /** As {@link #stat(FileName)}, and empty if there is no such file. */
  public Optional<Stat> find(FileName name) {
    try {
      return Optional.of(stat(name));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Its entries, read as they are asked for. What is made or removed meanwhile may be missed. */
  public Listing list() {
    return new Listing(
        openat(fd.number(), FilePath.HERE.value(), OPEN_DIRECTORY, 0, () -> "list " + fd));
  }

  /** All its entries, in order of their names' bytes. For directories whose size is ours. */
  public List<DirectoryEntry> entries() {
    List<DirectoryEntry> entries = new ArrayList<>();
    try (Listing listing = list()) {
      listing.forEachRemaining(entries::add);
    }
    entries.sort((a, b) -> a.name().compareTo(b.name()));
    return List.copyOf(entries);
  }

  // Regular files

  /** Opens the regular file {@code name} for reading; refuses anything else ({@code EINVAL}). */
  public RegularFile read(FileName name) {
    try (Node node = node(name)) {
      return node.read();
    }
  }

  /** Makes the regular file {@code name}, which must not be there, for reading and writing. */
  public RegularFile create(FileName name, int mode) {
    long flags =
        OpenFlags.O_RDWR
            | OpenFlags.O_CREAT
            | OpenFlags.O_EXCL
            | OpenFlags.O_NOFOLLOW
            | OpenFlags.O_CLOEXEC;
    return new RegularFile(open(name, flags, mode, "create"));
  }

  /** Opens the regular file {@code name} so that writes go to its end; makes it if need be. */
  public RegularFile append(FileName name, int mode) {
    long flags =
        OpenFlags.O_WRONLY
            | OpenFlags.O_APPEND
            | OpenFlags.O_CREAT
            | OpenFlags.O_NOFOLLOW
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_NOCTTY
            | OpenFlags.O_CLOEXEC;
    return RegularFile.checked(open(name, flags, mode, "append to"), name);
  }

  /**
   * Opens the regular file {@code name}, which must be there, for reading and writing; in a
   * directory of our own: where others make files it might be a device, see {@link Node#update}.
   */
  public RegularFile update(FileName name) {
    long flags =
        OpenFlags.O_RDWR
            | OpenFlags.O_NOFOLLOW
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_NOCTTY
            | OpenFlags.O_CLOEXEC;
    return RegularFile.checked(open(name, flags, 0, "open"), name);
  }

  /** Opens the regular file {@code name} for reading and writing; makes it if need be. */
  public RegularFile openOrCreate(FileName name, int mode) {
    long flags =
        OpenFlags.O_RDWR
            | OpenFlags.O_CREAT
            | OpenFlags.O_NOFOLLOW
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_NOCTTY
            | OpenFlags.O_CLOEXEC;
    return RegularFile.checked(open(name, flags, mode, "open"), name);
  }

  /**
   * A regular file without a name, gone when closed unless {@link #link(Node, FileName)} names it.
   */
  public RegularFile temporary(int mode) {
    long flags = OpenFlags.O_RDWR | OpenFlags.O_TMPFILE | OpenFlags.O_CLOEXEC;
    return new RegularFile(
        openat(
            fd.number(),
            FilePath.HERE.value(),
            flags,
            mode,
            () -> "make a file without a name in " + fd));
  }

  // Making entries

  /** mkdirat(2); the mode is cut by the process's umask. */
  public void makeDirectory(FileName name, int mode) {
    one(Nr.MKDIRAT, name, "make directory", mode);
  }

  /** Makes the directory {@code name} if it is not there, with exactly that mode, and enters it. */
  public Directory ensureDirectory(FileName name, int mode) {
    boolean made = false;
    try {
      makeDirectory(name, mode);
      made = true;
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
    Directory directory = enter(name);
    if (made) {
      directory.node().mode(mode);
    }
    return directory;
  }

  /**
   * The directory to which {@code path} leads from this one as its root, made with all those above
   * it where they are missing. Links on the way are followed inside, also those to what is missing.
   */
  public Directory ensureDirectories(FilePath path, int mode) {
    try {
      return enter(path, Walk.IN_ROOT);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
      return new DirectoryPath(this, mode).make(path);
    }
  }

  /** Makes the symbolic link {@code name} with the text {@code target}, whatever that may be. */
  public void makeSymlink(FileName name, FilePath target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = target.value().terminated(arena);
      MemorySegment path = name.value().terminated(arena);
      Kernel.check(
          Kernel.call(Nr.SYMLINKAT, text.address(), fd.number(), path.address()),
          () -> "make symbolic link '" + name + "'");
    }
  }

  /** Makes {@code name} a further name of the file {@code old} in {@code from}, be it a link. */
  public void link(Directory from, FileName old, FileName name) {
    two(Nr.LINKAT, from, old, this, name, 0, "link");
  }

  /**
   * Gives a file that is held a name here. It may have none yet: {@link #temporary}.
   *
   * <p>By /proc/self/fd, because {@code AT_EMPTY_PATH} asks for CAP_DAC_READ_SEARCH.
   */
  public void link(Node file, FileName name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment old = file.procPath().terminated(arena);
      MemorySegment path = name.value().terminated(arena);
      Kernel.check(
          Kernel.call(
              Nr.LINKAT,
              OpenFlags.AT_FDCWD,
              old.address(),
              fd.number(),
              path.address(),
              AT_SYMLINK_FOLLOW),
          () -> "link " + file + " as '" + name + "'");
    }
  }

  /** Makes a device: mknodat(2). */
  public void makeDevice(FileName name, FileType type, DeviceNumber device, int mode) {
    if (type != FileType.CHARACTER_DEVICE && type != FileType.BLOCK_DEVICE) {
      throw new IllegalArgumentException(type + " is no kind of device");
    }
    one(Nr.MKNODAT, name, "make device " + device, type.bits() | mode, device.encoded());
  }

  /** Makes a FIFO: mknodat(2). */
  public void makeFifo(FileName name, int mode) {
    one(Nr.MKNODAT, name, "make FIFO", FileType.FIFO.bits() | mode, 0);
  }

  /** Makes a socket's name, to which nobody listens: mknodat(2). */
  public void makeSocket(FileName name, int mode) {
    one(Nr.MKNODAT, name, "make socket", FileType.SOCKET.bits() | mode, 0);
  }

  // Taking away and renaming

  /** Removes the entry {@code name}, which is no directory: unlinkat(2). */
  public void remove(FileName name) {
    one(Nr.UNLINKAT, name, "remove", 0);
  }

  /** Removes the empty directory {@code name}. */
  public void removeDirectory(FileName name) {
    one(Nr.UNLINKAT, name, "remove directory", AT_REMOVEDIR);
  }

  /** Renames {@code name} to {@code newName} in {@code to}, in place of what is there. */
  public void rename(FileName name, Directory to, FileName newName) {
    two(Nr.RENAMEAT2, this, name, to, newName, 0, "rename");
  }

  /** As {@link #rename}, and refused ({@code EEXIST}) if {@code newName} is there. */
  public void renameNew(FileName name, Directory to, FileName newName) {
    two(Nr.RENAMEAT2, this, name, to, newName, RENAME_NOREPLACE, "rename");
  }

  /** Makes the two change places, in one step. */
  public void exchange(FileName name, Directory to, FileName other) {
    two(Nr.RENAMEAT2, this, name, to, other, RENAME_EXCHANGE, "exchange");
  }

  // Making sure

  /** Waits until its entries are on the disk: fsync(2). */
  public void sync() {
    Kernel.check(Kernel.restart(Nr.FSYNC, fd.number()), () -> "sync directory " + fd);
  }

  /** Waits until all of the file system that it is on is on the disk: syncfs(2). */
  public void syncFileSystem() {
    Kernel.check(Kernel.restart(Nr.SYNCFS, fd.number()), () -> "sync file system of " + fd);
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "directory " + fd;
  }

  private void one(int number, FileName name, String verb, long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = name.value().terminated(arena);
      long second = arguments.length > 1 ? arguments[1] : 0;
      Kernel.check(
          Kernel.call(number, fd.number(), path.address(), arguments[0], second),
          () -> verb + " '" + name + "'");
    }
  }

  private static void two(
      int number, Directory a, FileName old, Directory b, FileName name, long flags, String verb) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = old.value().terminated(arena);
      MemorySegment to = name.value().terminated(arena);
      Kernel.check(
          Kernel.call(number, a.fd.number(), from.address(), b.fd.number(), to.address(), flags),
          () -> verb + " '" + old + "' to '" + name + "'");
    }
  }

  private Fd open(FileName name, long flags, int mode, String verb) {
    return openat(fd.number(), name.value(), flags, mode, () -> verb + " '" + name + "'");
  }

  static Fd openat(long at, Bytes path, long flags, int mode, Supplier<String> what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = path.terminated(arena);
      return new Fd(Kernel.check(Kernel.restart(Nr.OPENAT, at, name.address(), flags, mode), what));
    }
  }

  private Fd openat2(FilePath path, long flags, Walk walk, String verb) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = path.value().terminated(arena);
      MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3); // struct open_how
      how.setAtIndex(ValueLayout.JAVA_LONG, 0, flags);
      how.setAtIndex(ValueLayout.JAVA_LONG, 2, walk.resolve());
      long result = -Errno.EAGAIN.number();
      for (int i = 0; i < UNSURE_AT_MOST && result == -Errno.EAGAIN.number(); i++) {
        result =
            Kernel.restart(Nr.OPENAT2, fd.number(), name.address(), how.address(), how.byteSize());
      }
      return new Fd(Kernel.check(result, () -> verb + " '" + path + "'"));
    }
  }
}
