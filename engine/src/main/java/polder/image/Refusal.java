package polder.image;

import java.io.IOException;
import polder.linux.Bytes;
import polder.linux.Errno;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Why something is refused or failed, as the one exception that leaves this package. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
final class Refusal {
  private static final int SHOWN = 200;

  private Refusal() {}

  /** What was given is wrong: {@code sentence} is a format. */
  static PolderException invalid(String sentence, Object... arguments) {
    return new PolderException(ErrorKind.INVALID, sentence.formatted(arguments));
  }

  /** An archive's entry is wrong. */
  static PolderException entry(Bytes name, String why, Object... arguments) {
    return invalid("archive entry '%s': %s", shown(name), why.formatted(arguments));
  }

  /** The stream that the archive comes from failed, or what decompresses it. */
  static PolderException unreadable(IOException e) {
    return new PolderException(ErrorKind.INVALID, "cannot read the archive: " + e.getMessage(), e);
  }

  /** The kernel did not do what {@code what} says. */
  static PolderException failed(String what, SyscallException e) {
    return new PolderException(kind(e.errno()), what + ": " + e.getMessage(), e);
  }

  /** What goes out could not be written; {@code what} says what failed. */
  static PolderException unwritten(String what, Exception e) {
    for (Throwable why = e.getCause(); why != null; why = why.getCause()) {
      if (why instanceof SyscallException kernel) {
        return failed(what, kernel);
      }
    }
    return new PolderException(ErrorKind.HOST, what + ": " + e.getMessage(), e);
  }

  private static ErrorKind kind(Errno errno) {
    if (errno.equals(Errno.ENOSPC) || errno.equals(Errno.EDQUOT)) {
      return ErrorKind.NO_ROOM;
    }
    if (errno.equals(Errno.ENOENT)) {
      return ErrorKind.NOT_FOUND;
    }
    boolean bad =
        errno.equals(Errno.ELOOP)
            || errno.equals(Errno.ENOTDIR)
            || errno.equals(Errno.EISDIR)
            || errno.equals(Errno.EXDEV)
            || errno.equals(Errno.ENAMETOOLONG)
            || errno.equals(Errno.EINVAL)
            || errno.equals(Errno.ENOTEMPTY)
            || errno.equals(Errno.EEXIST);
    return bad ? ErrorKind.INVALID : ErrorKind.HOST;
  }

  /** A name for a message: its beginning, if it is long. */
  static String shown(Bytes name) {
    return name.length() <= SHOWN ? name.toString() : name.part(0, SHOWN) + "…";
  }
}
