package polder.linux;

/** A system call that failed: what was tried, on what, and the errno. */
public final class SyscallException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int errno;

  /** Says that {@code what} (such as "mount /a on /b") failed with {@code errno}. */
  public SyscallException(String what, Errno errno) {
    super(what + ": " + errno.text());
    this.errno = errno.number();
  }

  /** Why the kernel refused. */
  public Errno errno() {
    return new Errno(errno);
  }
}
