package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What is asked of a whole file system of btrfs: linux/btrfs.h, linux/fs.h. */
public final class Btrfs {
  static final int RESIZE_SIZE = 4096; // sizeof (struct btrfs_ioctl_vol_args)
  static final int SEND_SIZE = 72; // sizeof (struct btrfs_ioctl_send_args)
  static final long SYNC = Ioctl.none(Subvolume.TYPE, 8);
  static final long RESIZE = Ioctl.write(Subvolume.TYPE, 3, RESIZE_SIZE);
  static final long SEND = Ioctl.write(Subvolume.TYPE, 38, SEND_SIZE);
  static final int SEND_PARENT = 24;
  static final int SCRUB_SIZE = 1024; // sizeof (struct btrfs_ioctl_scrub_args)
  static final long SCRUB = Ioctl.both(Subvolume.TYPE, 27, SCRUB_SIZE);
  static final int SCRUB_PROGRESS = 32;
  static final int FS_INFO_SIZE = 1024; // sizeof (struct btrfs_ioctl_fs_info_args)
  static final long FS_INFO = Ioctl.read(Subvolume.TYPE, 31, FS_INFO_SIZE);
  static final int FS_INFO_FSID = 16;
  static final long FITRIM = Ioctl.both('X', 121, 24);

  private Btrfs() {}

  /** Ends the transaction: all that was done is on the disk, and counted. */
  public static void sync(Fd top) {
    Ioctl.call(top, SYNC, 0, () -> "sync " + top);
  }

  /** Has it use all of its device, which became larger. */
  public static void grow(Fd top) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(RESIZE_SIZE, 8);
      byte[] most = "max".getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(most, 0, arguments, ValueLayout.JAVA_BYTE, Long.BYTES, most.length);
      Ioctl.call(top, RESIZE, arguments, () -> "grow " + top);
    }
  }

  /**
   * Tells the device which blocks are free, so that a sparse file gets holes there.
   *
   * @return how many bytes those are
   */
  public static long trim(Fd top) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment range = arena.allocate(24, 8); // from, how many, least piece
      range.set(ValueLayout.JAVA_LONG, 8, -1);
      Ioctl.call(top, FITRIM, range, () -> "trim " + top);
      return range.get(ValueLayout.JAVA_LONG, 8);
    }
  }

  /**
   * Writes the stream that makes a copy of a read-only subvolume elsewhere: all of it, or what has
   * changed since another. Returns when all is written.
   *
   * @param root the subvolume's
   * @param since {@link Subvolume#id} of the other, of which it and this are snapshots; 0 for all
   * @param to a pipe or file; something else must read from it meanwhile
   * @throws SyscallException EPERM if one of them can be changed
   */
  public static void send(Fd root, long since, Fd to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(SEND_SIZE, 8);
      arguments.set(ValueLayout.JAVA_LONG, 0, to.number());
      arguments.set(ValueLayout.JAVA_LONG, SEND_PARENT, since);
      Ioctl.call(root, SEND, arguments, () -> "send the subvolume " + root);
    }
  }

  /** The file system's own number, by which it is known wherever it is. */
  public static UUID uuid(Fd top) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(FS_INFO_SIZE, 8);
      Ioctl.call(top, FS_INFO, info, () -> "ask for the uuid of " + top);
      ByteBuffer bytes = info.asByteBuffer().order(ByteOrder.BIG_ENDIAN); // RFC 9562
      return new UUID(bytes.getLong(FS_INFO_FSID), bytes.getLong(FS_INFO_FSID + Long.BYTES));
    }
  }

  /** Reads all that is on its first device, and compares it with its checksums. */
  public static Scrub scrub(Fd top) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(SCRUB_SIZE, 8); // devid, from, to, flags
      arguments.set(ValueLayout.JAVA_LONG, 0, 1);
      arguments.set(ValueLayout.JAVA_LONG, 16, -1);
      Ioctl.call(top, SCRUB, arguments, () -> "scrub " + top);
      return Scrub.read(arguments.asSlice(SCRUB_PROGRESS).asByteBuffer());
    }
  }
}
