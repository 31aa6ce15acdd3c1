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
  static final int POLL = 7;
  static final int LSEEK = 8;
  static final int RT_SIGPROCMASK = 14;
  static final int IOCTL = 16;
  static final int PREAD64 = 17;
  static final int PWRITE64 = 18;
  static final int DUP = 32;
  static final int DUP2 = 33;
  static final int GETPID = 39;
  static final int SOCKET = 41;
  static final int CONNECT = 42;
  static final int SENDTO = 44;
  static final int RECVFROM = 45;
  static final int SENDMSG = 46;
  static final int RECVMSG = 47;
  static final int BIND = 49;
  static final int LISTEN = 50;
  static final int GETSOCKNAME = 51;
  static final int SOCKETPAIR = 53;
  static final int SETSOCKOPT = 54;
  static final int GETSOCKOPT = 55;
  static final int CLONE = 56;
  static final int EXECVE = 59;
  static final int KILL = 62;
  static final int FCNTL = 72;
  static final int FLOCK = 73;
  static final int FSYNC = 74;
  static final int FDATASYNC = 75;
  static final int FTRUNCATE = 77;
  static final int CHDIR = 80;
  static final int FCHDIR = 81;
  static final int UMASK = 95;
  static final int SETPGID = 109;
  static final int SETSID = 112;
  static final int SETGROUPS = 116;
  static final int SETRESUID = 117;
  static final int SETRESGID = 119;
  static final int SETFSUID = 122;
  static final int SETFSGID = 123;
  static final int CAPSET = 126;
  static final int PERSONALITY = 135;
  static final int STATFS = 137;
  static final int FSTATFS = 138;
  static final int SETPRIORITY = 141;
  static final int SCHED_SETSCHEDULER = 144;
  static final int PIVOT_ROOT = 155;
  static final int PRCTL = 157;
  static final int CHROOT = 161;
  static final int MOUNT = 165;
  static final int UMOUNT2 = 166;
  static final int SETHOSTNAME = 170;
  static final int SETDOMAINNAME = 171;
  static final int SETXATTR = 188;
  static final int GETXATTR = 191;
  static final int LISTXATTR = 194;
  static final int REMOVEXATTR = 197;
  static final int GETDENTS64 = 217;
  static final int EXIT_GROUP = 231;
  static final int EPOLL_CTL = 233;
  static final int WAITID = 247;
  static final int SCHED_SETAFFINITY = 203;
  static final int KEYCTL = 250;
  static final int IOPRIO_SET = 251;
  static final int OPENAT = 257;
  static final int MKDIRAT = 258;
  static final int MKNODAT = 259;
  static final int FCHOWNAT = 260;
  static final int UNLINKAT = 263;
  static final int LINKAT = 265;
  static final int SYMLINKAT = 266;
  static final int READLINKAT = 267;
  static final int FCHMODAT = 268;
  static final int FACCESSAT = 269;
  static final int UNSHARE = 272;
  static final int UTIMENSAT = 280;
  static final int EPOLL_PWAIT = 281;
  static final int FALLOCATE = 285;
  static final int ACCEPT4 = 288;
  static final int EVENTFD2 = 290;
  static final int EPOLL_CREATE1 = 291;
  static final int DUP3 = 292;
  static final int SPLICE = 275;
  static final int PIPE2 = 293;
  static final int PRLIMIT64 = 302;
  static final int SYNCFS = 306;
  static final int SETNS = 308;
  static final int RENAMEAT2 = 316;
  static final int SECCOMP = 317;
  static final int MEMFD_CREATE = 319;
  static final int EXECVEAT = 322;
  static final int COPY_FILE_RANGE = 326;
  static final int STATX = 332;
  static final int PIDFD_SEND_SIGNAL = 424;
  static final int OPEN_TREE = 428;
  static final int MOVE_MOUNT = 429;
  static final int FSOPEN = 430;
  static final int FSCONFIG = 431;
  static final int FSMOUNT = 432;
  static final int PIDFD_OPEN = 434;
  static final int CLONE3 = 435;
  static final int CLOSE_RANGE = 436;
  static final int OPENAT2 = 437;
  static final int PIDFD_GETFD = 438;
  static final int MOUNT_SETATTR = 442;

  private Nr() {}
}
