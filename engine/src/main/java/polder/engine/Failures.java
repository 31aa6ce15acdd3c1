package polder.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.linux.Errno;
import polder.linux.LaunchException;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Turns what the cellar throws into a failure that names the zone: once, at the engine's edge. */
final class Failures {
  private Failures() {}

  /**
   * The failure to pass on.
   *
   * @param what what was tried on what, such as "start zone 'web'"
   */
  static PolderException of(String what, RuntimeException cause) {
    if (cause instanceof PolderException told) {
      return told;
    }
    return new PolderException(
        kind(cause), "cannot %s: %s".formatted(what, cause.getMessage()), cause);
  }

  private static ErrorKind kind(RuntimeException cause) {
    Optional<Errno> errno = errno(cause);
    if (errno.isEmpty()) {
      return ErrorKind.HOST;
    }
    return isNoRoom(errno.get()) ? ErrorKind.NO_ROOM : ErrorKind.HOST;
  }

  /** Whether it failed for want of room on a disk. */
  static boolean noRoom(RuntimeException failure) {
    for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SyscallException syscall
          && (syscall.errno().equals(Errno.ENOSPC) || syscall.errno().equals(Errno.EDQUOT))) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Errno> errno(RuntimeException cause) {
    return switch (cause) {
      case SyscallException syscall -> Optional.of(syscall.errno());
      case LaunchException launch -> launch.errno();
      default -> Optional.empty();
    };
  }

  private static boolean isNoRoom(Errno errno) {
    return errno.equals(Errno.ENOSPC)
        || errno.equals(Errno.EDQUOT)
        || errno.equals(Errno.EMFILE)
        || errno.equals(Errno.ENOMEM)
        || errno.equals(Errno.EAGAIN);
  }
}
