package polder.linux;

/** What kind of file an inode is: inode(7). */
public enum FileType {
  REGULAR(0x8000, 8),
  DIRECTORY(0x4000, 4),
  SYMLINK(0xa000, 10),
  CHARACTER_DEVICE(0x2000, 2),
  BLOCK_DEVICE(0x6000, 6),
  FIFO(0x1000, 1),
  SOCKET(0xc000, 12),
  /** The file system does not say, in a list of a directory; ask {@link Directory#stat}. */
  UNKNOWN(0, 0);

  private static final int S_IFMT = 0xf000; // linux/stat.h

  private final int bits;
  private final int entry;

  FileType(int bits, int entry) {
    this.bits = bits;
    this.entry = entry;
  }

  /** The {@code S_IF…} of linux/stat.h. */
  public int bits() {
    return bits;
  }

  /** Of an {@code st_mode}. */
  public static FileType ofMode(int mode) {
    for (FileType type : values()) {
      if (type.bits == (mode & S_IFMT)) {
        return type;
      }
    }
    return UNKNOWN;
  }

  /** Of a {@code d_type}: getdents64(2). */
  static FileType ofEntry(int entry) {
    for (FileType type : values()) {
      if (type.entry == entry) {
        return type;
      }
    }
    return UNKNOWN;
  }
}
