package polder.storage.stream;

import java.util.zip.CRC32C;

/** Numbers of btrfs' send stream, version 1: fs/btrfs/send.h. */
final class Command {
  static final String MAGIC = "btrfs-stream\0";
  static final int VERSION = 1;
  static final int HEADER = 10; // struct btrfs_cmd_header: le32 length, le16 command, le32 crc
  static final int LONGEST = 64 << 10; // BTRFS_SEND_BUF_SIZE_V1
  static final int PIECE = 48 << 10; // BTRFS_SEND_READ_SIZE

  static final int SUBVOL = 1;
  static final int SNAPSHOT = 2;
  static final int MKFILE = 3;
  static final int MKDIR = 4;
  static final int MKNOD = 5;
  static final int MKFIFO = 6;
  static final int MKSOCK = 7;
  static final int SYMLINK = 8;
  static final int RENAME = 9;
  static final int LINK = 10;
  static final int UNLINK = 11;
  static final int RMDIR = 12;
  static final int SET_XATTR = 13;
  static final int REMOVE_XATTR = 14;
  static final int WRITE = 15;
  static final int CLONE = 16;
  static final int TRUNCATE = 17;
  static final int CHMOD = 18;
  static final int CHOWN = 19;
  static final int UTIMES = 20;
  static final int END = 21;

  static final int A_UUID = 1;
  static final int A_CTRANSID = 2;
  static final int A_INO = 3;
  static final int A_SIZE = 4;
  static final int A_MODE = 5;
  static final int A_UID = 6;
  static final int A_GID = 7;
  static final int A_RDEV = 8;
  static final int A_CTIME = 9;
  static final int A_MTIME = 10;
  static final int A_ATIME = 11;
  static final int A_XATTR_NAME = 13;
  static final int A_XATTR_DATA = 14;
  static final int A_PATH = 15;
  static final int A_PATH_TO = 16;
  static final int A_PATH_LINK = 17;
  static final int A_FILE_OFFSET = 18;
  static final int A_DATA = 19;
  static final int A_CLONE_UUID = 20;
  static final int A_CLONE_CTRANSID = 21;
  static final int A_CLONE_PATH = 22;
  static final int A_CLONE_OFFSET = 23;
  static final int A_CLONE_LEN = 24;
  static final int A_MAX = 24;

  private Command() {}

  /**
   * The kernel's crc32c of {@code bytes}: from 0, and not inverted at the end. Four bytes of ones
   * before it bring the usual one to where the kernel's begins.
   */
  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(new byte[] {-1, -1, -1, -1});
    crc.update(bytes, offset, length);
    return ~(int) crc.getValue();
  }
}
