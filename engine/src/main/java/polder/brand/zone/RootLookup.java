package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import polder.brand.RootFiles;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Small files of a root that is not mounted yet, as the zone will see them: through what it wrote,
 * then through the layers from the highest down, as overlayfs does. Links are not followed.
 */
final class RootLookup {
  private static final int LARGEST = 10 << 20;
  private static final Bytes OPAQUE = Bytes.of("user.overlay.opaque");

  private RootLookup() {}

  /** The users and groups of a root. */
  static Accounts accounts(RootFiles root, long ids) {
    return Accounts.of(
        etc(root, "passwd").orElse(new byte[0]), etc(root, "group").orElse(new byte[0]), ids);
  }

  /** The users and groups that are found below a zone's root directory. */
  static Accounts accounts(Directory root, long ids) {
    return Accounts.of(
        inside(root, "etc/passwd").orElse(new byte[0]),
        inside(root, "etc/group").orElse(new byte[0]),
        ids);
  }

  /** The file {@code name} of /etc; empty if there is none. */
  static Optional<byte[]> etc(RootFiles root, String name) {
    for (Path top : tops(root)) {
      try (Directory directory = Directory.open(top)) {
        Optional<Stat> etc = directory.find(FileName.of("etc"));
        if (etc.isEmpty()) {
          continue;
        }
        if (etc.get().type() != FileType.DIRECTORY) {
          return Optional.empty(); // a whiteout, or nothing that we would follow
        }
        try (Directory inner = directory.enter(FileName.of("etc"))) {
          Optional<Stat> file = inner.find(FileName.of(name));
          if (file.isPresent()) {
            return read(inner, name, file.get());
          }
          if (inner.node().xattrs().get(OPAQUE).isPresent()) {
            return Optional.empty();
          }
        }
      } catch (SyscallException e) {
        throw unreadable("/etc/" + name, e);
      }
    }
    return Optional.empty();
  }

  private static List<Path> tops(RootFiles root) {
    return switch (root) {
      case RootFiles.Tree(var directory) -> List.of(directory);
      case RootFiles.Overlay(var layers, var upper, var _) -> {
        List<Path> tops = new ArrayList<>(layers.reversed());
        tops.addFirst(upper);
        yield tops;
      }
    };
  }

  private static Optional<byte[]> read(Directory directory, String name, Stat stat) {
    return switch (stat.type()) {
      case REGULAR -> {
        try (RegularFile file = directory.read(FileName.of(name))) {
          yield Optional.of(file.readAll(LARGEST));
        }
      }
      case CHARACTER_DEVICE -> Optional.empty(); // a whiteout
      default ->
          throw new PolderException(
              ErrorKind.INVALID,
              "the zone's /etc/%s is no regular file but a %s"
                  .formatted(name, stat.type().name().toLowerCase(Locale.ROOT)));
    };
  }

  private static Optional<byte[]> inside(Directory root, String path) {
    try (Node node = root.follow(FilePath.of(path), Walk.IN_ROOT);
        RegularFile file = node.read()) {
      return Optional.of(file.readAll(LARGEST));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw unreadable("/" + path, e);
    }
  }

  private static PolderException unreadable(String path, SyscallException e) {
    return new PolderException(
        ErrorKind.INVALID, "cannot read the zone's %s: %s".formatted(path, e.getMessage()), e);
  }
}
