package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Flags that some file systems keep with a file: ioctl_iflags(2), chattr(1). */
public final class InodeFlags {
  static final long FS_IOC_GETFLAGS = 0x8008_6601L; // linux/fs.h
  static final long FS_IOC_SETFLAGS = 0x4008_6602L;
  static final int FS_TOPDIR_FL = 0x0002_0000;
  static final int FS_NOCOW_FL = 0x0080_0000;

  private InodeFlags() {}

  /**
   * Tells the file system that the directories in {@code directory} have nothing to do with one
   * another, as those in {@code /home}: chattr(1), flag T. To be called before they are made.
   *
   * <p>ext4 then makes each in another group of blocks, and not in that of {@code directory}. It
   * does not use an inode again for a minute or more after it was freed, and looks at every such
   * inode of the group for each file that it makes there. Where directories come and go by the
   * hundred, that is a millisecond a file in one group, and nothing in many.
   *
   * @return whether it was told; other file systems have no such flag and no such need
   */
  public static boolean spread(Directory directory) {
    return set(directory.fd(), FS_TOPDIR_FL);
  }

  /**
   * Tells the file system to write over what is in {@code file}, which is empty yet, where it lies:
   * chattr(1), flag C. btrfs would write each change to another place, and where they are many and
   * small that is many times slower; what it writes in place it keeps no checksums of.
   *
   * @return whether it was told; most file systems have no such flag and no such need
   */
  public static boolean writeInPlace(RegularFile file) {
    return set(file.fd(), FS_NOCOW_FL);
  }

  private static boolean set(Fd file, int flag) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_LONG); // the kernel uses four bytes
      long fd = file.number();
      if (Kernel.call(Nr.IOCTL, fd, FS_IOC_GETFLAGS, flags.address()) != 0) {
        return false;
      }
      int before = flags.get(ValueLayout.JAVA_INT, 0);
      if ((before & flag) != 0) {
        return true;
      }
      flags.set(ValueLayout.JAVA_INT, 0, before | flag);
      return Kernel.call(Nr.IOCTL, fd, FS_IOC_SETFLAGS, flags.address()) == 0;
    }
  }
}
