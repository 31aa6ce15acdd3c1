package polder.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How many bytes a subvolume of btrfs has, and may have: the quota groups of linux/btrfs.h.
 *
 * <p>Simple quotas (Linux 6.7) charge a block to the subvolume that wrote it first, for as long as
 * anybody has it; full quotas know who shares it, and cost much more at each snapshot and delete.
 *
 * @param referenced bytes that are charged to it
 * @param exclusive bytes that no other subvolume shares; the same with simple quotas
 */
public record Quota(long referenced, long exclusive) {
  static final long CONTROL = Ioctl.both(Subvolume.TYPE, 40, 16);
  static final long GROUP = Ioctl.write(Subvolume.TYPE, 42, 16);
  static final long ASSIGN = Ioctl.write(Subvolume.TYPE, 41, 24);
  static final int STATUS_KEY = 240; // BTRFS_QGROUP_STATUS_KEY
  static final int LEVEL = 48; // BTRFS_QGROUP_LEVEL_SHIFT
  static final long LIMIT = Ioctl.read(Subvolume.TYPE, 43, 48);
  static final int SEARCH_SIZE = 112; // sizeof (struct btrfs_ioctl_search_args_v2)
  static final long SEARCH = Ioctl.both(Subvolume.TYPE, 17, SEARCH_SIZE);
  static final int LIMIT_FLAGS = 8;
  static final int LIMIT_REFERENCED = 16;
  static final long LIMITS_REFERENCED = 1; // BTRFS_QGROUP_LIMIT_MAX_RFER
  static final long ENABLE_SIMPLE = 4; // BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA, Linux 6.7
  static final long TREE = 8; // BTRFS_QUOTA_TREE_OBJECTID, linux/btrfs_tree.h
  static final int INFO_KEY = 242; // BTRFS_QGROUP_INFO_KEY
  private static final int HEADER_SIZE = 32; // sizeof (struct btrfs_ioctl_search_header)
  private static final int INFO_SIZE = 40; // sizeof (struct btrfs_qgroup_info_item)
  private static final int STATUS_SIZE = HEADER_SIZE + 32; // struct btrfs_qgroup_status_item
  private static final long SIMPLE_MODE = 8; // BTRFS_QGROUP_STATUS_FLAG_SIMPLE_MODE
  private static final long MOST = (1L << 48) - 1;
  private static final int AT_ONCE = 100;
  private static final long NO_LIMIT = -1;

  /**
   * Has the file system count from now on, by simple quotas; nothing if it does already.
   *
   * @param top any descriptor in it
   * @return whether it does: not if the kernel has none, or counts in the other way
   */
  public static boolean enable(Fd top) {
    if (isSimple(top)) {
      return true;
    }
    try {
      control(top, ENABLE_SIMPLE);
      return isSimple(top);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EINVAL)) {
        throw e;
      }
      return false;
    }
  }

  /** Whether the file system counts by simple quotas. */
  public static boolean isSimple(Fd top) {
    byte[] status = search(top, STATUS_KEY, 0, 0, 1);
    return status.length >= STATUS_SIZE
        && (ByteBuffer.wrap(status).order(ByteOrder.LITTLE_ENDIAN).getLong(HEADER_SIZE + 16)
                & SIMPLE_MODE)
            != 0;
  }

  /**
   * The number of a group of subvolumes: what a subvolume that is made inside a member is in, too.
   *
   * @param number below 2^48; groups and subvolumes do not share their numbers
   */
  public static long group(long number) {
    return 1L << LEVEL | number;
  }

  /** Makes a group; nothing if it is there. */
  public static void make(Fd top, long group) {
    try {
      group(top, 1, group, "make");
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  /**
   * Takes a group away.
   *
   * @throws SyscallException EBUSY while it has members, or something is charged to it
   */
  public static void remove(Fd top, long group) {
    group(top, 0, group, "remove");
  }

  private static void group(Fd top, long create, long group, String verb) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(16, 8);
      arguments.set(JAVA_LONG, 0, create);
      arguments.set(JAVA_LONG, 8, group);
      Ioctl.call(top, GROUP, arguments, () -> verb + " quota group " + group);
    }
  }

  /** Makes a subvolume a member of a group; nothing if it is one. */
  public static void join(Fd top, long subvolume, long group) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(24, 8);
      arguments.set(JAVA_LONG, 0, 1);
      arguments.set(JAVA_LONG, 8, subvolume);
      arguments.set(JAVA_LONG, 16, group);
      Ioctl.call(
          top, ASSIGN, arguments, () -> "put subvolume " + subvolume + " into group " + group);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  /** All groups that there are. */
  public static List<Long> groups(Fd top) {
    List<Long> groups = new ArrayList<>();
    long from = group(0);
    while (true) {
      byte[] found = search(top, INFO_KEY, from, group(MOST), AT_ONCE);
      ByteBuffer items = ByteBuffer.wrap(found).order(ByteOrder.nativeOrder());
      if (found.length == 0) {
        return groups;
      }
      while (items.hasRemaining()) {
        int at = items.position();
        from = items.getLong(at + 16) + 1; // .offset of struct btrfs_ioctl_search_header
        groups.add(from - 1);
        items.position(at + HEADER_SIZE + items.getInt(at + 28));
      }
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
   * Lets a subvolume, or a group of them together, have {@code bytes} at most, or any number if
   * that is 0. Writes beyond it fail with EDQUOT.
   */
  public static void limit(Fd top, long subvolumeOrGroup, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(48, 8);
      arguments.set(JAVA_LONG, 0, subvolumeOrGroup);
      arguments.set(JAVA_LONG, LIMIT_FLAGS, LIMITS_REFERENCED);
      arguments.set(JAVA_LONG, LIMIT_REFERENCED, bytes == 0 ? NO_LIMIT : bytes);
      Ioctl.call(
          top,
          LIMIT,
          arguments,
          () -> "limit quota group " + subvolumeOrGroup + " to " + bytes + " bytes");
    }
  }

  /**
   * What is charged to a subvolume or group, as of the last transaction; empty if its file system
   * does not count, or there is no such group.
   *
   * @param top any descriptor in the file system
   * @param subvolumeOrGroup {@link Subvolume#id} or {@link #group}
   */
  public static Optional<Quota> of(Fd top, long subvolumeOrGroup) {
    byte[] found = search(top, INFO_KEY, subvolumeOrGroup, subvolumeOrGroup, 1);
    if (found.length == 0) {
      return Optional.empty();
    }
    ByteBuffer item = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
    // generation, rfer, rfer_cmpr, excl, excl_cmpr
    return Optional.of(new Quota(item.getLong(HEADER_SIZE + 8), item.getLong(HEADER_SIZE + 24)));
  }

  /** Items of the quota tree, each after its header; none if there is no such tree. */
  private static byte[] search(Fd top, int type, long from, long to, int most) {
    try (Arena arena = Arena.ofConfined()) {
      int room = most * (HEADER_SIZE + INFO_SIZE);
      MemorySegment search = arena.allocate(SEARCH_SIZE + room, 8);
      search.set(JAVA_LONG, 0, TREE); // then the least and greatest objectid: 0
      search.set(JAVA_LONG, 24, from);
      search.set(JAVA_LONG, 32, to);
      search.set(JAVA_LONG, 48, -1); // any transaction
      search.set(JAVA_INT, 56, type);
      search.set(JAVA_INT, 60, type);
      search.set(JAVA_INT, 64, most);
      search.set(JAVA_LONG, SEARCH_SIZE - Long.BYTES, room);
      try {
        Ioctl.call(top, SEARCH, search, () -> "ask for quotas of " + top);
      } catch (SyscallException e) {
        if (e.errno().equals(Errno.ENOENT)) {
          return new byte[0];
        }
        throw e;
      }
      int found = search.get(JAVA_INT, 64);
      long length = 0;
      for (int i = 0; i < found; i++) {
        length += HEADER_SIZE + search.get(JAVA_INT, SEARCH_SIZE + length + 28); // .len
      }
      return search.asSlice(SEARCH_SIZE, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
