package polder.linux;

/**
 * An errno of Linux on x86-64 and aarch64 (asm-generic/errno-base.h, asm-generic/errno.h).
 *
 * @param number the kernel's number, such as 2
 */
public record Errno(int number) {
  public static final Errno EPERM = new Errno(1);
  public static final Errno ENOENT = new Errno(2);
  public static final Errno ESRCH = new Errno(3);
  public static final Errno EINTR = new Errno(4);
  public static final Errno EIO = new Errno(5);
  public static final Errno E2BIG = new Errno(7);
  public static final Errno ENOEXEC = new Errno(8);
  public static final Errno EBADF = new Errno(9);
  public static final Errno ECHILD = new Errno(10);
  public static final Errno EAGAIN = new Errno(11);
  public static final Errno ENOMEM = new Errno(12);
  public static final Errno EACCES = new Errno(13);
  public static final Errno EBUSY = new Errno(16);
  public static final Errno EEXIST = new Errno(17);
  public static final Errno EXDEV = new Errno(18);
  public static final Errno ENODEV = new Errno(19);
  public static final Errno ENOTDIR = new Errno(20);
  public static final Errno EISDIR = new Errno(21);
  public static final Errno EINVAL = new Errno(22);
  public static final Errno EMFILE = new Errno(24);
  public static final Errno ENOSPC = new Errno(28);
  public static final Errno EROFS = new Errno(30);
  public static final Errno EPIPE = new Errno(32);
  public static final Errno ERANGE = new Errno(34);
  public static final Errno ENAMETOOLONG = new Errno(36);
  public static final Errno ENOSYS = new Errno(38);
  public static final Errno ENOTEMPTY = new Errno(39);
  public static final Errno ELOOP = new Errno(40);
  public static final Errno ENODATA = new Errno(61);
  public static final Errno EOVERFLOW = new Errno(75);
  public static final Errno EOPNOTSUPP = new Errno(95);
  public static final Errno EADDRINUSE = new Errno(98);
  public static final Errno EADDRNOTAVAIL = new Errno(99);
  public static final Errno ENETDOWN = new Errno(100);
  public static final Errno ECONNABORTED = new Errno(103);
  public static final Errno ENOBUFS = new Errno(105);
  public static final Errno ETIMEDOUT = new Errno(110);
  public static final Errno ECONNREFUSED = new Errno(111);
  public static final Errno EINPROGRESS = new Errno(115);
  public static final Errno EDQUOT = new Errno(122);

  /** The name and what it means, such as "ENOENT (no such file or directory)". */
  public String text() {
    return switch (number) {
      case 1 -> "EPERM (operation not permitted)";
      case 2 -> "ENOENT (no such file or directory)";
      case 3 -> "ESRCH (no such process)";
      case 4 -> "EINTR (interrupted)";
      case 5 -> "EIO (input/output error)";
      case 7 -> "E2BIG (argument list too long)";
      case 8 -> "ENOEXEC (not an executable format)";
      case 9 -> "EBADF (bad file descriptor)";
      case 10 -> "ECHILD (no such child)";
      case 11 -> "EAGAIN (try again)";
      case 12 -> "ENOMEM (out of memory)";
      case 13 -> "EACCES (permission denied)";
      case 16 -> "EBUSY (in use)";
      case 17 -> "EEXIST (exists already)";
      case 18 -> "EXDEV (would leave the directory or file system)";
      case 19 -> "ENODEV (no such device)";
      case 20 -> "ENOTDIR (not a directory)";
      case 21 -> "EISDIR (is a directory)";
      case 22 -> "EINVAL (invalid argument)";
      case 24 -> "EMFILE (too many open files)";
      case 28 -> "ENOSPC (no space left on device)";
      case 30 -> "EROFS (read-only file system)";
      case 32 -> "EPIPE (broken pipe)";
      case 34 -> "ERANGE (out of range)";
      case 36 -> "ENAMETOOLONG (file name too long)";
      case 38 -> "ENOSYS (the kernel has no such call)";
      case 39 -> "ENOTEMPTY (directory not empty)";
      case 40 -> "ELOOP (too many symbolic links)";
      case 61 -> "ENODATA (no such attribute)";
      case 75 -> "EOVERFLOW (value too large)";
      case 95 -> "EOPNOTSUPP (not supported)";
      case 98 -> "EADDRINUSE (somebody listens there already)";
      case 99 -> "EADDRNOTAVAIL (nobody has that address)";
      case 100 -> "ENETDOWN (the interface is off)";
      case 103 -> "ECONNABORTED (connection given up)";
      case 105 -> "ENOBUFS (no buffer space)";
      case 110 -> "ETIMEDOUT (timed out)";
      case 111 -> "ECONNREFUSED (connection refused)";
      case 115 -> "EINPROGRESS (not yet done)";
      case 122 -> "EDQUOT (disk quota exceeded)";
      default -> "errno " + number;
    };
  }
}
