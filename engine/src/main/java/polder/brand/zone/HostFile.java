package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.MountEntry;
import polder.linux.MountTable;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;

/**
 * A file or directory of the host's at a path that its administrator named: walked to once, links
 * and all, and held from then on. Whoever swaps a name on the way afterwards changes nothing.
 */
final class HostFile implements AutoCloseable {
  /** File systems by which the kernel tells of itself, or is changed: filesystems(5). */
  private static final Set<String> KERNELS =
      Set.of(
          "proc",
          "sysfs",
          "cgroup",
          "cgroup2",
          "debugfs",
          "tracefs",
          "securityfs",
          "configfs",
          "bpf",
          "selinuxfs",
          "efivarfs",
          "pstore",
          "binfmt_misc",
          "fusectl",
          "devpts",
          "mqueue",
          "rpc_pipefs",
          "nfsd");

  private final Path path;
  private final Node node;

  private HostFile(Path path, Node node) {
    this.path = path;
    this.node = node;
  }

  /**
   * Walks to {@code path}, which is absolute. The magic links of procfs, which lead anywhere, are
   * refused (ELOOP).
   */
  static HostFile open(Path path) {
    try (Directory root = Directory.open(Path.of("/"))) {
      return new HostFile(path, root.follow(FilePath.of(path.toString()), Walk.IN_ROOT));
    }
  }

  /**
   * Walks to what {@code given} names, on which there is no link, and which is a regular file.
   *
   * @throws SyscallException with ELOOP if there is a link, with EINVAL if it is something else
   */
  static HostFile open(GivenFile given) {
    Path path = given.top().resolve(given.path());
    try (Directory top = Directory.open(given.top())) {
      HostFile file = new HostFile(path, top.follow(FilePath.of(given.path()), Walk.NO_LINKS));
      if (file.stat().type() != FileType.REGULAR) {
        file.close();
        throw new SyscallException("take " + path + ", which is no regular file", Errno.EINVAL);
      }
      return file;
    }
  }

  /** Opens it for reading; it must be a regular file. */
  RegularFile read() {
    return node.read();
  }

  /** Walks to {@code path} in the directory {@code top}, which no link on the way leads out of. */
  static HostFile openIn(Path top, FilePath path) {
    try (Directory root = Directory.open(top)) {
      return new HostFile(top.resolve(path.toString()), root.follow(path, Walk.IN_ROOT));
    }
  }

  /** Its descriptor, which stays this object's. */
  Fd fd() {
    return node.fd();
  }

  Stat stat() {
    return node.stat();
  }

  /**
   * Where the kernel's own files are to be seen in it, if anywhere: a zone has its own /proc and
   * /sys, and nothing masks another.
   *
   * @param submounts whether also in what is mounted below it
   */
  Optional<MountEntry> kernels(boolean submounts) {
    long own = stat().mount();
    String place = place();
    String below = place.endsWith("/") ? place : place + "/";
    Set<Long> inside = new HashSet<>(Set.of(own));
    List<MountEntry> table = MountTable.own().entries();
    for (boolean grown = true; grown; ) { // a mount that was moved comes before the one it is on
      grown = false;
      for (MountEntry each : table) {
        boolean on = each.place().startsWith(below) && inside.contains((long) each.parent());
        grown |= submounts && on && inside.add((long) each.id());
      }
    }
    return table.stream()
        .filter(each -> inside.contains((long) each.id()) && KERNELS.contains(each.type()))
        .findFirst();
  }

  /** Where it is now, as the kernel has it. */
  private String place() {
    try {
      return Files.readSymbolicLink(Path.of(node.procPath().toString())).toString();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell where " + path + " is", e);
    }
  }

  @Override
  public void close() {
    node.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
