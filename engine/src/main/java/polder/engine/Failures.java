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
   * The failure to pass on. Where a disk is full or read-only, it says what to do about it.
   *
   * @param what what was tried on what, such as "start zone 'web'"
   */
  static PolderException of(String what, RuntimeException cause) {
    Optional<Errno> errno = errno(cause);
    ErrorKind kind = errno.map(Failures::kind).orElse(ErrorKind.HOST);
    String mend = errno.map(Failures::mend).orElse("");
    if (cause instanceof PolderException told) {
      String sentence = String.valueOf(told.getMessage());
      boolean vague = told.kind() == ErrorKind.HOST || told.kind() == ErrorKind.NO_ROOM;
      return !vague || mend.isEmpty() || sentence.endsWith(mend)
          ? told
          : new PolderException(kind, sentence + mend, told);
    }
    return new PolderException(
        kind, "cannot %s: %s%s".formatted(what, cause.getMessage(), mend), cause);
  }

  private static ErrorKind kind(Errno errno) {
    if (errno.equals(Errno.EROFS)) {
      return ErrorKind.UNAVAILABLE;
    }
    return isFull(errno)
            || errno.equals(Errno.EMFILE)
            || errno.equals(Errno.ENOMEM)
            || errno.equals(Errno.EAGAIN)
        ? ErrorKind.NO_ROOM
        : ErrorKind.HOST;
  }

  private static String mend(Errno errno) {
    if (errno.equals(Errno.EROFS)) {
      return "; mount it read-write";
    }
    return isFull(errno) ? "; make room on the disk, or delete zones that are not needed" : "";
  }

  /** Whether it failed for want of room on a disk. */
  static boolean noRoom(RuntimeException failure) {
    return errno(failure).filter(Failures::isFull).isPresent();
  }

  /** Whether it failed because a disk is full, and not because somebody may not have more of it. */
  static boolean diskFull(RuntimeException failure) {
    return errno(failure).filter(Errno.ENOSPC::equals).isPresent();
  }

  /** Whether it failed for a disk that cannot be written: without room, or read-only. */
  static boolean cannotWrite(RuntimeException failure) {
    return noRoom(failure) || errno(failure).filter(Errno.EROFS::equals).isPresent();
  }

  /** What the kernel said, at whatever depth. */
  private static Optional<Errno> errno(RuntimeException failure) {
    for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof SyscallException syscall) {
        return Optional.of(syscall.errno());
      }
      if (at instanceof LaunchException launch) {
        return launch.errno();
      }
    }
    return Optional.empty();
  }

  private static boolean isFull(Errno errno) {
    return errno.equals(Errno.ENOSPC) || errno.equals(Errno.EDQUOT);
  }
}
