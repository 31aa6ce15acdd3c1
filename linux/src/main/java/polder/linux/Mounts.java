package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;

/**
 * Mounts: open_tree(2), move_mount(2), mount_setattr(2), umount2(2).
 *
 * <p>A <em>detached</em> mount is a descriptor: nobody sees it until it is moved to a place, and it
 * goes away with the descriptor if it never is.
 *
 * <p>All of this happens in the mount namespace of the calling thread, which for the JVM is the
 * host's. What a zone needs inside its own is done by its launcher with the same numbers, which are
 * public here for that.
 */
public final class Mounts {
  public static final int OPEN_TREE_CLONE = 1; // linux/mount.h
  public static final int OPEN_TREE_CLOEXEC = 0x80000;
  public static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
  public static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
  public static final int MOVE_MOUNT_BENEATH = 0x200; // Linux 6.5
  public static final int MOUNT_ATTR_IDMAP = 0x100000;
  public static final int MOUNT_ATTR_ATIME = 0x70; // MOUNT_ATTR__ATIME
  public static final int AT_EMPTY_PATH = 0x1000; // linux/fcntl.h
  public static final int AT_RECURSIVE = 0x8000;
  public static final int AT_FDCWD = -100;
  public static final int MNT_DETACH = 2; // linux/fs.h
  public static final int UMOUNT_NOFOLLOW = 8;

  /** sizeof (struct mount_attr): MOUNT_ATTR_SIZE_VER0. */
  public static final int MOUNT_ATTR_SIZE = 32;

  private Mounts() {}

  /** A detached copy of the mount that {@code directory} is on, seen from there. */
  public static Fd copy(Path directory, boolean withSubmounts) {
    return copy(AT_FDCWD, directory.toString(), withSubmounts);
  }

  /** As {@link #copy(Path, boolean)}, of a directory or file that is open. */
  public static Fd copy(Fd directory, boolean withSubmounts) {
    return copy(directory.number(), "", withSubmounts);
  }

  private static Fd copy(int directory, String path, boolean withSubmounts) {
    int flags =
        OPEN_TREE_CLONE
            | OPEN_TREE_CLOEXEC
            | (withSubmounts ? AT_RECURSIVE : 0)
            | (path.isEmpty() ? AT_EMPTY_PATH : 0);
    try (Arena arena = Arena.ofConfined()) {
      return new Fd(
          Kernel.check(
              Kernel.restart(Nr.OPEN_TREE, directory, arena.allocateFrom(path).address(), flags),
              () -> "copy the mount at " + name(directory, path)));
    }
  }

  /** Puts a detached mount (or takes one from elsewhere) on {@code target}. */
  public static void move(Fd mount, Path target) {
    move(mount, AT_FDCWD, target.toString(), 0);
  }

  /** As {@link #move(Fd, Path)}, onto a directory or file that is open. */
  public static void move(Fd mount, Fd target) {
    move(mount, target.number(), "", 0);
  }

  /**
   * Puts a detached mount <em>under</em> the one at {@code target}; when that one is unmounted,
   * this one is seen, with no moment in between. Linux 6.5.
   */
  public static void moveBeneath(Fd mount, Path target) {
    move(mount, AT_FDCWD, target.toString(), MOVE_MOUNT_BENEATH);
  }

  private static void move(Fd mount, int directory, String path, int beneath) {
    int flags = MOVE_MOUNT_F_EMPTY_PATH | beneath | (path.isEmpty() ? MOVE_MOUNT_T_EMPTY_PATH : 0);
    try (Arena arena = Arena.ofConfined()) {
      Kernel.check(
          Kernel.restart(
              Nr.MOVE_MOUNT,
              mount.number(),
              arena.allocateFrom("").address(),
              directory,
              arena.allocateFrom(path).address(),
              flags),
          () -> "mount on " + name(directory, path));
    }
  }

  /** Makes {@code source}, with all that is mounted below it, appear at {@code target} too. */
  public static void bind(Path source, Path target, Set<MountAttribute> attributes) {
    try (Fd copy = copy(source, true)) {
      if (!attributes.isEmpty()) {
        set(copy, attributes, true);
      }
      move(copy, target);
    }
  }

  /** Adds attributes to a mount, and to those below it if {@code recursive}. */
  public static void set(Fd mount, Set<MountAttribute> attributes, boolean recursive) {
    long clear = attributes.contains(MountAttribute.NO_ACCESS_TIMES) ? MOUNT_ATTR_ATIME : 0;
    setattr(
        mount.number(),
        "",
        MountAttribute.bits(attributes),
        clear, // it is one of several values, and the kernel wants the old one named
        0,
        0,
        recursive,
        "set attributes");
  }

  /** Takes attributes from a mount, and from those below it if {@code recursive}. */
  public static void clear(Fd mount, Set<MountAttribute> attributes, boolean recursive) {
    setattr(
        mount.number(),
        "",
        0,
        MountAttribute.bits(attributes),
        0,
        0,
        recursive,
        "clear attributes");
  }

  /** Says whether mounts below {@code mount} are shared with its peers. */
  public static void propagation(Fd mount, Propagation propagation, boolean recursive) {
    setattr(mount.number(), "", 0, 0, propagation.flag(), 0, recursive, "set propagation");
  }

  /** As {@link #propagation(Fd, Propagation, boolean)}, of the mount at {@code place}. */
  public static void propagation(Path place, Propagation propagation, boolean recursive) {
    setattr(AT_FDCWD, place.toString(), 0, 0, propagation.flag(), 0, recursive, "set propagation");
  }

  /**
   * A detached, private copy of {@code directory}'s mount that shows its files' ids as {@code
   * userNamespace} maps them: id {@code i} on disk is id {@code i} of that namespace. Submounts are
   * left out: their file systems may not know how.
   *
   * @throws SyscallException EINVAL if the file system cannot do it, or the mount is idmapped
   *     already
   */
  public static Fd idmapped(Path directory, Fd userNamespace, Set<MountAttribute> attributes) {
    Fd copy = copy(directory, false);
    try {
      mapIds(copy, userNamespace, attributes, false);
      return copy;
    } catch (SyscallException e) {
      copy.close();
      throw new SyscallException("map the ids of " + directory, e.errno());
    }
  }

  /**
   * Makes a detached mount private, has it show its files' ids as {@code userNamespace} maps them,
   * and adds attributes; and so those below it if {@code recursive}: all of them, or none.
   *
   * @throws SyscallException EINVAL if a file system cannot do it, or a mount is idmapped already
   */
  public static void mapIds(
      Fd detached, Fd userNamespace, Set<MountAttribute> attributes, boolean recursive) {
    setattr(
        detached.number(),
        "",
        MountAttribute.bits(attributes) | MOUNT_ATTR_IDMAP,
        0,
        Propagation.PRIVATE.flag(),
        userNamespace.number(),
        recursive,
        "map the ids");
  }

  /**
   * The bytes of {@code struct mount_attr}, for a step of a launcher.
   *
   * @param userNamespace its descriptor's number where the call is made, or 0 without
   *     MOUNT_ATTR_IDMAP
   */
  public static byte[] attributes(long set, long clear, long propagation, long userNamespace) {
    return ByteBuffer.allocate(MOUNT_ATTR_SIZE)
        .order(ByteOrder.nativeOrder())
        .putLong(set)
        .putLong(clear)
        .putLong(propagation)
        .putLong(userNamespace)
        .array();
  }

  /**
   * umount2(2): fails with EBUSY while something in it is in use. Symbolic links are not followed.
   */
  public static void unmount(Path target) {
    unmount(target, UMOUNT_NOFOLLOW);
  }

  /** Takes the mount at {@code target}, and all below it, away now; it ends with its last user. */
  public static void detach(Path target) {
    unmount(target, UMOUNT_NOFOLLOW | MNT_DETACH);
  }

  private static void unmount(Path target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      Kernel.check(
          Kernel.restart(Nr.UMOUNT2, arena.allocateFrom(target.toString()).address(), flags),
          () -> "unmount " + target);
    }
  }

  private static void setattr(
      int directory,
      String path,
      long set,
      long clear,
      long propagation,
      int userNamespace,
      boolean recursive,
      String what) {
    int flags = (path.isEmpty() ? AT_EMPTY_PATH : 0) | (recursive ? AT_RECURSIVE : 0);
    byte[] attributes = attributes(set, clear, propagation, userNamespace);
    try (Arena arena = Arena.ofConfined()) {
      Kernel.check(
          Kernel.restart(
              Nr.MOUNT_SETATTR,
              directory,
              arena.allocateFrom(path).address(),
              flags,
              arena.allocateFrom(ValueLayout.JAVA_BYTE, attributes).address(),
              attributes.length),
          () -> what + " of the mount at " + name(directory, path));
    }
  }

  private static String name(int directory, String path) {
    return path.isEmpty() ? "fd " + directory : path;
  }
}
