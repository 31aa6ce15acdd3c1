package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.UUID;

/**
 * What btrfs knows of a subvolume: {@code BTRFS_IOC_GET_SUBVOL_INFO} of linux/btrfs.h.
 *
 * @param id its number in the file system
 * @param generation grows with each change in it
 * @param uuid its own, for good
 * @param parent the one of which it is a snapshot, all zeroes if it is none
 * @param received the one from which it was received, all zeroes if it was not
 * @param readOnly whether nothing in it can be changed
 * @param created when it was made
 */
public record Subvolume(
    long id,
    long generation,
    UUID uuid,
    UUID parent,
    UUID received,
    boolean readOnly,
    Instant created) {
  /** No subvolume has it. */
  public static final UUID NONE = new UUID(0, 0);

  static final int TYPE = 0x94; // BTRFS_IOCTL_MAGIC
  static final int INFO_SIZE = 504; // sizeof (struct btrfs_ioctl_get_subvol_info_args)
  static final int INFO_GENERATION = 280;
  static final int INFO_FLAGS = 288;
  static final int INFO_UUID = 296;
  static final int INFO_PARENT_UUID = 312;
  static final int INFO_RECEIVED_UUID = 328;
  static final int INFO_CREATED = 392; // otime, a struct btrfs_ioctl_timespec
  static final int ARGUMENTS_SIZE = 4096; // sizeof (struct btrfs_ioctl_vol_args_v2)
  static final int ARGUMENTS_FLAGS = 16;
  static final int ARGUMENTS_NAME = 56;
  static final long CREATE = Ioctl.write(TYPE, 24, ARGUMENTS_SIZE);
  static final long SNAPSHOT = Ioctl.write(TYPE, 23, ARGUMENTS_SIZE);
  static final long DESTROY = Ioctl.write(TYPE, 63, ARGUMENTS_SIZE);
  static final long GET_INFO = Ioctl.read(TYPE, 60, INFO_SIZE);
  static final long GET_FLAGS = Ioctl.read(TYPE, 25, Long.BYTES);
  static final long SET_FLAGS = Ioctl.write(TYPE, 26, Long.BYTES);
  static final int RECEIVED_SIZE = 200; // sizeof (struct btrfs_ioctl_received_subvol_args)
  static final long SET_RECEIVED = Ioctl.both(TYPE, 37, RECEIVED_SIZE);
  static final long READ_ONLY = 2; // BTRFS_SUBVOL_RDONLY
  private static final long ROOT_READ_ONLY = 1; // BTRFS_ROOT_SUBVOL_RDONLY, in INFO_FLAGS
  private static final long ROOT_INODE = 256; // BTRFS_FIRST_FREE_OBJECTID, of each subvolume

  /** Whether {@code fd} is the root of a subvolume: a directory of btrfs with that inode number. */
  public static boolean is(Fd fd) {
    Stat stat = Stat.of(fd);
    return stat.type() == FileType.DIRECTORY
        && stat.inode() == ROOT_INODE
        && StatFs.of(fd).magic() == StatFs.BTRFS;
  }

  /**
   * Makes an empty one in {@code place}; its mode is 0777 without the umask's bits.
   *
   * @throws SyscallException ENOTTY if that is not btrfs, EEXIST if the name is taken
   */
  public static void create(Directory place, FileName name) {
    act(place, CREATE, name, 0, -1, "make the subvolume ");
  }

  /**
   * Makes a copy of the subvolume {@code source} in {@code place}, of the same file system: it
   * shares all blocks until one of the two changes. What was written to {@code source} before is in
   * it.
   *
   * @throws SyscallException EXDEV if it is another file system, EINVAL if {@code source} is not
   *     the root of a subvolume
   */
  public static void snapshot(Fd source, Directory place, FileName name, boolean readOnly) {
    act(
        place,
        SNAPSHOT,
        name,
        readOnly ? READ_ONLY : 0,
        source.number(),
        "take a snapshot of " + source + " as ");
  }

  /**
   * Takes the subvolume {@code name} of {@code place} away with all files in it, at once; its room
   * comes back some time later. Subvolumes below it must be gone.
   *
   * @throws SyscallException ENOTEMPTY if there are some, ENOENT if there is no such name
   */
  public static void destroy(Directory place, FileName name) {
    act(place, DESTROY, name, 0, 0, "destroy the subvolume ");
  }

  private static void act(
      Directory place, long request, FileName name, long flags, long source, String what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ARGUMENTS_SIZE, 8);
      arguments.set(ValueLayout.JAVA_LONG, 0, source);
      arguments.set(ValueLayout.JAVA_LONG, ARGUMENTS_FLAGS, flags);
      byte[] bytes = name.value().toArray();
      MemorySegment.copy(bytes, 0, arguments, ValueLayout.JAVA_BYTE, ARGUMENTS_NAME, bytes.length);
      Ioctl.call(place.fd(), request, arguments, () -> what + "'" + name + "' in " + place);
    }
  }

  /** What is known of the subvolume that {@code fd} is in. */
  public static Subvolume of(Fd fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_SIZE, 8);
      Ioctl.call(fd, GET_INFO, info, () -> "ask for the subvolume of " + fd);
      ByteBuffer bytes = info.asByteBuffer().order(ByteOrder.nativeOrder());
      return new Subvolume(
          bytes.getLong(0),
          bytes.getLong(INFO_GENERATION),
          uuid(bytes, INFO_UUID),
          uuid(bytes, INFO_PARENT_UUID),
          uuid(bytes, INFO_RECEIVED_UUID),
          (bytes.getLong(INFO_FLAGS) & ROOT_READ_ONLY) != 0,
          Instant.ofEpochSecond(bytes.getLong(INFO_CREATED), bytes.getInt(INFO_CREATED + 8)));
    }
  }

  private static UUID uuid(ByteBuffer bytes, int at) {
    ByteBuffer big = bytes.duplicate().order(ByteOrder.BIG_ENDIAN); // RFC 9562
    return new UUID(big.getLong(at), big.getLong(at + Long.BYTES));
  }

  /** Says whether the subvolume with this root can be changed. */
  public static void readOnly(Fd root, boolean readOnly) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG);
      Ioctl.call(root, GET_FLAGS, flags, () -> "ask for flags of the subvolume " + root);
      long before = flags.get(ValueLayout.JAVA_LONG, 0);
      flags.set(ValueLayout.JAVA_LONG, 0, readOnly ? before | READ_ONLY : before & ~READ_ONLY);
      Ioctl.call(root, SET_FLAGS, flags, () -> "set flags of the subvolume " + root);
    }
  }

  /**
   * Notes of which subvolume this one, which can be changed, is a copy: {@link #received} from then
   * on. A snapshot that can be changed does not inherit it.
   */
  public static void receivedFrom(Fd root, UUID original) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(RECEIVED_SIZE, 8);
      ByteBuffer bytes = arguments.asByteBuffer().order(ByteOrder.BIG_ENDIAN); // RFC 9562
      bytes.putLong(0, original.getMostSignificantBits());
      bytes.putLong(Long.BYTES, original.getLeastSignificantBits());
      Ioctl.call(root, SET_RECEIVED, arguments, () -> "note what was received as " + root);
    }
  }
}
