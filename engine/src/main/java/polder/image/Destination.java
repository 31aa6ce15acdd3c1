package polder.image;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.linux.Walk;

/**
 * The directories below a root into which an archive is unpacked. Paths are followed as the zone
 * itself would follow them, with the root as its "/", so whatever is in them ends inside.
 */
final class Destination implements AutoCloseable {
  private static final int IMPLIED_MODE = 0755;

  /** Those whose files are switches of the kernel: linux/magic.h. */
  private static final Set<Long> KERNEL_OWN =
      Set.of(
          StatFs.PROC,
          StatFs.SYSFS,
          StatFs.CGROUP,
          StatFs.CGROUP2,
          0x6462_6720L, // debugfs
          0x7472_6163L, // tracefs
          0x7363_6673L, // securityfs
          0xcafe_4a11L, // bpf
          StatFs.DEVPTS,
          0x1980_0202L, // mqueue
          0x6265_6570L, // configfs
          0xde5e_81e4L); // efivarfs

  private final Directory root;
  private final boolean guarded;
  private final Set<Long> listed = new HashSet<>(); // inodes
  private boolean someImplied;
  private @Nullable List<FileName> lastPath;
  private @Nullable Directory last;

  /** If {@code guarded}, the kernel's own file systems are refused. */
  Destination(Directory root, boolean guarded) {
    this.root = root;
    this.guarded = guarded;
  }

  Directory root() {
    return root;
  }

  /** The directory at {@code path}, made if need be; open until the next one is asked for. */
  Directory ensure(List<FileName> path) {
    if (path.isEmpty()) {
      return root;
    }
    if (last != null && path.equals(lastPath)) {
      return last;
    }
    Directory there = find(path);
    if (there != null) {
      return there;
    }
    try {
      someImplied = true;
      return keep(path, root.ensureDirectories(FilePath.of(path), IMPLIED_MODE));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOTDIR) || !replaceWhiteout(path)) {
        throw e;
      }
      return ensure(path);
    }
  }

  /** Notes that {@code directory} is what the archive says, and not what others have there. */
  void list(Directory directory) {
    listed.add(directory.node().stat().inode());
  }

  /** The directories that were made for what is in them only, those above first. */
  List<FilePath> implied() {
    List<FilePath> implied = new ArrayList<>();
    Deque<List<FileName>> below = new ArrayDeque<>();
    if (someImplied) {
      below.add(List.of());
    }
    while (!below.isEmpty()) {
      List<FileName> path = below.remove();
      try (Directory directory = root.enter(FilePath.of(path), Walk.NO_LINKS)) {
        for (DirectoryEntry entry : directory.entries()) {
          if (isDirectory(directory, entry)) {
            List<FileName> deeper = new ArrayList<>(path);
            deeper.add(entry.name());
            below.add(deeper);
            if (!listed.contains(entry.inode())) {
              implied.add(FilePath.of(deeper));
            }
          }
        }
      }
    }
    return implied;
  }

  private static boolean isDirectory(Directory directory, DirectoryEntry entry) {
    return entry.type() == FileType.DIRECTORY
        || (entry.type() == FileType.UNKNOWN
            && directory.stat(entry.name()).type() == FileType.DIRECTORY);
  }

  /** Where a layer hides something and has a directory in its place: that hides what is in it. */
  private boolean replaceWhiteout(List<FileName> path) {
    for (int length = 1; length <= path.size(); length++) {
      List<FileName> above = path.subList(0, length - 1);
      FileName name = path.get(length - 1);
      Directory parent = find(above);
      if (parent == null || parent.find(name).filter(OverlayMarks::isWhiteout).isEmpty()) {
        continue;
      }
      parent.remove(name);
      try (Directory made = parent.ensureDirectory(name, IMPLIED_MODE)) {
        OverlayMarks.makeOpaque(made);
        list(made);
      }
      forget();
      return true;
    }
    return false;
  }

  /** The directory at {@code path}, or null; open until the next one is asked for. */
  @Nullable Directory find(List<FileName> path) {
    if (path.isEmpty()) {
      return root;
    }
    try {
      return keep(path, root.enter(FilePath.of(path), Walk.IN_ROOT));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENOTDIR)) {
        return null;
      }
      throw e;
    }
  }

  private Directory keep(List<FileName> path, Directory directory) {
    forget();
    lastPath = path;
    last = directory;
    if (guarded) {
      refuseKernelsOwn(directory);
    }
    return directory;
  }

  static void refuseKernelsOwn(Directory directory) {
    if (KERNEL_OWN.contains(StatFs.of(directory.fd()).magic())) {
      throw Refusal.invalid("this would copy from or to a file system of the kernel's own");
    }
  }

  /** To be called when something was taken away, as a path may lead elsewhere now. */
  void forget() {
    if (last != null) {
      last.close();
    }
    last = null;
    lastPath = null;
  }

  @Override
  public void close() {
    forget();
  }
}
