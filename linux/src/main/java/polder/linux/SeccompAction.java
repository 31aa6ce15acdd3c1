package polder.linux;

/**
 * What the kernel does with a system call: a {@code SECCOMP_RET_} value (linux/seccomp.h).
 *
 * @param value the number that the filter returns
 */
public record SeccompAction(int value) {
  /** Ends the whole process as SIGSYS does. */
  public static final SeccompAction KILL_PROCESS = new SeccompAction(0x80000000);

  /** Ends the calling thread. */
  public static final SeccompAction KILL_THREAD = new SeccompAction(0);

  /** Sends SIGSYS, which can be caught. */
  public static final SeccompAction TRAP = new SeccompAction(0x00030000);

  /** Asks the listener that was opened when the filter was loaded. */
  public static final SeccompAction NOTIFY = new SeccompAction(0x7fc00000);

  /** Allows and writes to the audit log. */
  public static final SeccompAction LOG = new SeccompAction(0x7ffc0000);

  /** Allows. */
  public static final SeccompAction ALLOW = new SeccompAction(0x7fff0000);

  private static final int ERRNO = 0x00050000;
  private static final int TRACE = 0x7ff00000;
  private static final int MAX_ERRNO = 4095;
  private static final int ACTION = 0xffff0000;
  private static final int DATA = 0xffff;

  /**
   * Fails the call with {@code errno}.
   *
   * @throws IllegalArgumentException if it is not 0 to 4095, the numbers the kernel accepts
   */
  public static SeccompAction errno(Errno errno) {
    if (errno.number() < 0 || errno.number() > MAX_ERRNO) {
      throw new IllegalArgumentException(
          "seccomp errno %d: use 0 to %d".formatted(errno.number(), MAX_ERRNO));
    }
    return new SeccompAction(ERRNO | errno.number());
  }

  /**
   * Tells a tracer {@code message}; without one the call fails with ENOSYS.
   *
   * @throws IllegalArgumentException if it is not 0 to 65535
   */
  public static SeccompAction trace(int message) {
    if (message < 0 || message > DATA) {
      throw new IllegalArgumentException("seccomp trace %d: use 0 to 65535".formatted(message));
    }
    return new SeccompAction(TRACE | message);
  }

  /** Whether the call is made: allowed, or allowed and logged. */
  public boolean allows() {
    return equals(ALLOW) || equals(LOG);
  }

  @Override
  public String toString() {
    return switch (value & ACTION) {
      case 0x80000000 -> "kill process";
      case 0 -> "kill thread";
      case 0x00030000 -> "trap";
      case ERRNO -> "fail with " + new Errno(value & DATA).text();
      case 0x7fc00000 -> "notify";
      case TRACE -> "trace " + (value & DATA);
      case 0x7ffc0000 -> "log";
      case 0x7fff0000 -> "allow";
      default -> "0x%08x".formatted(value);
    };
  }
}
