package polder.linux;

import java.util.Optional;

/** A program that could not be started: the step that failed, and why. Nothing of it is left. */
public final class LaunchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String step;
  private final int errno;
  private final boolean exec;

  private LaunchException(String message, String step, int errno, boolean exec) {
    super(message);
    this.step = step;
    this.errno = errno;
    this.exec = exec;
  }

  /** A step that the kernel refused. */
  static LaunchException refused(String step, Errno errno, boolean exec) {
    return new LaunchException(step + ": " + errno.text(), step, errno.number(), exec);
  }

  /** A program that ended before it was started, without a word of its own. */
  static LaunchException ended(String step, String how) {
    return new LaunchException(step + ": " + how, step, 0, false);
  }

  /** The name of the step that failed, such as "mount proc on /proc". */
  public String step() {
    return step;
  }

  /** Why the kernel refused; empty if the process ended by itself or was killed. */
  public Optional<Errno> errno() {
    return errno == 0 ? Optional.empty() : Optional.of(new Errno(errno));
  }

  /** Whether everything was ready and only the program itself could not be executed. */
  public boolean isExec() {
    return exec;
  }

  /**
   * What a shell would exit with: 127 if there is no such program, 126 if it cannot be executed,
   * 125 for everything else.
   */
  public int shellCode() {
    if (!exec) {
      return 125;
    }
    return errno == Errno.ENOENT.number() || errno == Errno.ENOTDIR.number() ? 127 : 126;
  }
}
