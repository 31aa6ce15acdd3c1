package polder.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * How many bytes a subvolume of btrfs has, and may have: the quota groups of linux/btrfs.h.
 *
 * <p>Simple quotas (Linux 6.7) charge a block to the subvolume that wrote it first; full quotas
 * know who shares it, and cost much more at each snapshot and delete.
 *
 * @param referenced bytes that are charged to it
 * @param exclusive bytes that no other subvolume shares; the same with simple quotas
 */
public record Quota(long referenced, long exclusive) {
  static final long CONTROL = Ioctl.both(Subvolume.TYPE, 40, 16);
  static final long LIMIT = Ioctl.read(Subvolume.TYPE, 43, 48);
  static final int SEARCH_SIZE = 112; // sizeof (struct btrfs_ioctl_search_args_v2)
  static final long SEARCH = Ioctl.both(Subvolume.TYPE, 17, SEARCH_SIZE);
  static final int LIMIT_FLAGS = 8;
  static final int LIMIT_REFERENCED = 16;
  static final long LIMITS_REFERENCED = 1; // BTRFS_QGROUP_LIMIT_MAX_RFER
  static final long ENABLE = 1; // BTRFS_QUOTA_CTL_ENABLE
  static final long ENABLE_SIMPLE = 4; // BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA, Linux 6.7
  static final long TREE = 8; // BTRFS_QUOTA_TREE_OBJECTID, linux/btrfs_tree.h
  static final int INFO_KEY = 242; // BTRFS_QGROUP_INFO_KEY
  private static final int HEADER_SIZE = 32; // sizeof (struct btrfs_ioctl_search_header)
  private static final int INFO_SIZE = 40; // sizeof (struct btrfs_qgroup_info_item)
  private static final long NO_LIMIT = -1;

  /**
   * Has the file system count from now on; nothing if it does already.
   *
   * @param top any descriptor in it
   * @return whether the quotas are simple ones, as asked for; else the kernel has only full ones
   */
  public static boolean enable(Fd top) {
    try {
      control(top, ENABLE_SIMPLE);
      return true;
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EINVAL)) {
        throw e;
      }
      control(top, ENABLE);
      return false;
    }
  }

  private static void control(Fd top, long command) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(16, 8);
      arguments.set(JAVA_LONG, 0, command);
      Ioctl.call(top, CONTROL, arguments, () -> "switch quotas on for " + top);
    }
  }

  /**
   * Lets the subvolume with this root have {@code bytes} at most, or any number if that is 0.
   * Writes beyond it fail with EDQUOT.
   */
  public static void limit(Fd root, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(48, 8); // quota group 0: that of the subvolume
      arguments.set(JAVA_LONG, LIMIT_FLAGS, LIMITS_REFERENCED);
      arguments.set(JAVA_LONG, LIMIT_REFERENCED, bytes == 0 ? NO_LIMIT : bytes);
      Ioctl.call(root, LIMIT, arguments, () -> "limit " + root + " to " + bytes + " bytes");
    }
  }

  /**
   * What is charged to a subvolume, as of the last transaction; empty if its file system does not
   * count.
   *
   * @param top any descriptor in the file system
   * @param subvolume {@link Subvolume#id}
   */
  public static Optional<Quota> of(Fd top, long subvolume) {
    try (Arena arena = Arena.ofConfined()) {
      int room = HEADER_SIZE + INFO_SIZE;
      MemorySegment search = arena.allocate(SEARCH_SIZE + room, 8);
      long at = 0;
      search.set(JAVA_LONG, at, TREE);
      at += 3 * Long.BYTES; // least and greatest objectid: 0
      search.set(JAVA_LONG, at, subvolume);
      search.set(JAVA_LONG, at + 8, subvolume);
      search.set(JAVA_LONG, at + 16, 0);
      search.set(JAVA_LONG, at + 24, -1); // any transaction
      search.set(JAVA_INT, at + 32, INFO_KEY);
      search.set(JAVA_INT, at + 36, INFO_KEY);
      search.set(JAVA_INT, at + 40, 1); // item
      search.set(JAVA_LONG, SEARCH_SIZE - Long.BYTES, room);
      try {
        Ioctl.call(top, SEARCH, search, () -> "ask for the quota of subvolume " + subvolume);
      } catch (SyscallException e) {
        if (e.errno().equals(Errno.ENOENT)) {
          return Optional.empty();
        }
        throw e;
      }
      if (search.get(JAVA_INT, at + 40) == 0) {
        return Optional.empty();
      }
      long item = SEARCH_SIZE + HEADER_SIZE; // generation, rfer, rfer_cmpr, excl, excl_cmpr
      return Optional.of(
          new Quota(search.get(JAVA_LONG, item + 8), search.get(JAVA_LONG, item + 24)));
    }
  }
}
