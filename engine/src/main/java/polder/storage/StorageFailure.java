package polder.storage;

import java.util.UUID;
import polder.linux.Errno;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What the kernel refused, as a sentence about datasets. */
final class StorageFailure {
  private StorageFailure() {}

  static PolderException of(String what, SyscallException e) {
    ErrorKind kind = isFull(e) ? ErrorKind.NO_ROOM : ErrorKind.HOST;
    return new PolderException(kind, "cannot %s: %s".formatted(what, e.getMessage()), e);
  }

  static boolean isFull(SyscallException e) {
    return e.errno().equals(Errno.ENOSPC) || e.errno().equals(Errno.EDQUOT);
  }

  static PolderException noDataset(UUID zone) {
    return new PolderException(
        ErrorKind.NOT_FOUND, "zone %s has no dataset in its storage".formatted(zone));
  }

  static PolderException noSnapshot(UUID zone, String name) {
    return new PolderException(
        ErrorKind.NOT_FOUND, "zone %s has no snapshot '%s'".formatted(zone, name));
  }

  static PolderException isThere(UUID zone, String name) {
    return new PolderException(
        ErrorKind.EXISTS,
        "zone %s has a snapshot '%s' already; delete it, or send another".formatted(zone, name));
  }
}
