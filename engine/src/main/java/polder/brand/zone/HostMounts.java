package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.MountAttribute;
import polder.linux.Mounts;
import polder.linux.Propagation;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Detached mounts of the host's files for one zone. They last until the zone's first process has
 * taken them. A path is walked to once: what was looked at is what is mounted.
 */
final class HostMounts implements AutoCloseable {
  private final Optional<Fd> userNamespace;
  private final List<Fd> all = new ArrayList<>();

  /** For a zone whose ids {@code userNamespace} maps; that is closed with this. */
  HostMounts(Optional<Fd> userNamespace) {
    this.userNamespace = userNamespace;
  }

  /** What lies at {@code path} on one file system, with ids as the zone has them. */
  Fd mapped(Path path, Set<MountAttribute> attributes) {
    try (HostFile file = HostFile.open(path)) {
      return mapped(file, attributes, false);
    }
  }

  /** {@code file}, with ids as the zone has them; {@code submounts} says whether with those. */
  Fd mapped(HostFile file, Set<MountAttribute> attributes, boolean submounts) {
    if (userNamespace.isEmpty()) {
      return plain(file, attributes, submounts);
    }
    Fd copy = copy(file, submounts);
    try {
      Mounts.mapIds(copy, userNamespace.get(), attributes, submounts);
      return copy;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EINVAL)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            submounts
                ? ("cannot map ids for %s: its file system, or one that is mounted below it, cannot"
                        + " (%s); use ext4, xfs or btrfs, leave out what is mounted below with"
                        + " option nosub, or set security.userns=false")
                    .formatted(file, e.getMessage())
                : ("cannot map ids for %s: its file system cannot (%s); use ext4, xfs or btrfs, or"
                        + " set security.userns=false")
                    .formatted(file, e.getMessage()),
            e);
      }
      throw e;
    }
  }

  /** {@code file}, with the host's ids. */
  Fd plain(HostFile file, Set<MountAttribute> attributes, boolean submounts) {
    Fd copy = copy(file, submounts);
    Mounts.propagation(copy, Propagation.PRIVATE, submounts);
    if (!attributes.isEmpty()) {
      Mounts.set(copy, attributes, submounts);
    }
    return copy;
  }

  private Fd copy(HostFile file, boolean submounts) {
    try {
      Fd copy = Mounts.copy(file.fd(), submounts);
      all.add(copy);
      return copy;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EINVAL)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            ("cannot show %s to a zone: its mount is unbindable (%s);"
                    + " mount --make-private lets it be shown")
                .formatted(file, e.getMessage()),
            e);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    all.forEach(Fd::close);
    userNamespace.ifPresent(Fd::close);
  }
}
