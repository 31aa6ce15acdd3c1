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
 * Detached mounts of the host's files for one zone. Each is a copy of what lies on one file system;
 * what is mounted below stays out. They last until the zone's first process has taken them.
 */
final class HostMounts implements AutoCloseable {
  private final Optional<Fd> userNamespace;
  private final List<Fd> all = new ArrayList<>();

  /** For a zone whose ids {@code userNamespace} maps; that is closed with this. */
  HostMounts(Optional<Fd> userNamespace) {
    this.userNamespace = userNamespace;
  }

  /** {@code path}, with ids as the zone has them. */
  Fd mapped(Path path, Set<MountAttribute> attributes) {
    try {
      return userNamespace.isPresent()
          ? keep(Mounts.idmapped(path, userNamespace.get(), attributes))
          : plain(path, attributes);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EINVAL)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            ("cannot map ids for %s: its file system cannot (%s); use ext4, xfs or btrfs, or"
                    + " security.userns=false")
                .formatted(path, e.getMessage()),
            e);
      }
      throw e;
    }
  }

  /** {@code path}, with the host's ids. */
  Fd plain(Path path, Set<MountAttribute> attributes) {
    Fd copy = keep(Mounts.copy(path, false));
    Mounts.propagation(copy, Propagation.PRIVATE, false);
    if (!attributes.isEmpty()) {
      Mounts.set(copy, attributes, false);
    }
    return copy;
  }

  private Fd keep(Fd mount) {
    all.add(mount);
    return mount;
  }

  @Override
  public void close() {
    all.forEach(Fd::close);
    userNamespace.ifPresent(Fd::close);
  }
}
