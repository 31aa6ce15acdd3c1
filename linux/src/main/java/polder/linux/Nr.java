package polder.linux;

/**
 * System call numbers of x86-64 (asm/unistd_64.h) that this package uses.
 *
 * <p>Those from 424 up are the same on every architecture. Another architecture gets a class of its
 * own beside this one.
 */
final class Nr {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int CLOSE = 3;
  static final int LSEEK = 8;
  static final int IOCTL = 16;
  static final int DUP = 32;
  static final int SENDMSG = 46;
  static final int RECVMSG = 47;
  static final int SOCKETPAIR = 53;
  static final int KILL = 62;
  static final int FCNTL = 72;
  static final int FLOCK = 73;
  static final int FSYNC = 74;
  static final int FTRUNCATE = 77;
  static final int PIPE2 = 293;
  static final int OPENAT = 257;
  static final int WAITID = 247;
  static final int CLOSE_RANGE = 436;

  private Nr() {}
}
