package polder.linux;

/** The {@code O_…} flags of open(2) on x86-64 (asm-generic/fcntl.h). */
final class OpenFlags {
  static final long O_RDONLY = 0;
  static final long O_WRONLY = 1;
  static final long O_RDWR = 2;
  static final long O_CREAT = 0x40;
  static final long O_EXCL = 0x80;
  static final long O_NOCTTY = 0x100;
  static final long O_APPEND = 0x400;
  static final long O_NONBLOCK = 0x800;
  static final long O_DIRECTORY = 0x1_0000;
  static final long O_NOFOLLOW = 0x2_0000;
  static final long O_CLOEXEC = 0x8_0000;
  static final long O_PATH = 0x20_0000;
  static final long O_TMPFILE = 0x40_0000 | O_DIRECTORY;

  static final long AT_FDCWD = -100; // linux/fcntl.h

  private OpenFlags() {}
}
