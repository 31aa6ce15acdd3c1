package polder.api.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A listening socket's name in the file system.
 *
 * <p>bind(2) makes the name with the permissions of the umask, and chmod(2) comes after it: in
 * between anybody might connect. So it is bound in a hidden directory of its own, given its owner
 * and permissions there, and renamed to where it belongs.
 */
final class SocketFile {
  /** Users in this group may do everything on the host. */
  static final String GROUP = "polder";

  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int LONGEST = 107; // sun_path with its NUL: unix(7)

  private final Path path;
  private final Path directory;

  private SocketFile(Path path, Path directory) {
    this.path = path;
    this.directory = directory;
  }

  /** Makes sure that nobody answers at {@code path} and that its directory is fit for it. */
  static SocketFile reserve(Path given) {
    Path path = given.toAbsolutePath().normalize();
    try {
      Path parent = path.getParent();
      if (parent == null) {
        throw new PolderException(ErrorKind.INVALID, "'%s' names no socket".formatted(path));
      }
      prepare(parent);
      refuseIfAnswered(path);
      Path directory = Files.createTempDirectory(parent, ".s", PRIVATE);
      SocketFile file = new SocketFile(path, directory);
      if (file.hidden().toString().length() > LONGEST) {
        Files.delete(directory);
        throw new PolderException(
            ErrorKind.INVALID,
            "the socket's path '%s' is too long: %d characters at most"
                .formatted(
                    path,
                    LONGEST - (file.hidden().toString().length() - path.toString().length())));
      }
      return file;
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static void prepare(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      Path above = parent.getParent();
      if (above != null) {
        Files.createDirectories(above);
      }
      Files.createDirectory(parent, PRIVATE);
      restrict(parent);
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(parent);
    boolean sticky =
        Files.getAttribute(parent, "unix:mode") instanceof Integer mode && (mode & 01000) != 0;
    if (permissions.contains(PosixFilePermission.OTHERS_WRITE) && !sticky) {
      throw new PolderException(
          ErrorKind.DENIED,
          "'%s' can be written by everybody, who could put another socket in place of ours; chmod o-w it"
              .formatted(parent));
    }
  }

  /** Only root, and the group if the host has it, may pass through {@code directory}. */
  static void own(Path directory) {
    try {
      restrict(directory);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  private static void restrict(Path directory) throws IOException {
    Files.setPosixFilePermissions(
        directory, PosixFilePermissions.fromString(give(directory) ? "rwxr-x---" : "rwx------"));
  }

  /** Gives {@code file} to the group, if the host has it and we may. */
  private static boolean give(Path file) throws IOException {
    Optional<GroupPrincipal> group = group(file);
    if (group.isEmpty()) {
      return false;
    }
    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setGroup(group.get());
    return true;
  }

  private static Optional<GroupPrincipal> group(Path file) {
    try {
      return Optional.of(
          file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP));
    } catch (IOException e) {
      return Optional.empty(); // the host has no such group: root alone may connect
    }
  }

  private static void refuseIfAnswered(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode =
        Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer bits
            ? bits
            : 0;
    if ((mode & 0170000) != 0140000) { // S_IFSOCK
      throw new PolderException(
          ErrorKind.EXISTS, "'%s' is there and is no socket; move it away".formatted(path));
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (java.net.ConnectException e) {
      Files.deleteIfExists(path); // a daemon that was killed left it
      return;
    }
    throw new PolderException(ErrorKind.EXISTS, "a daemon answers at '%s' already".formatted(path));
  }

  /** Where to bind. */
  Path hidden() {
    return directory.resolve("s");
  }

  /** Gives the bound socket its owner, permissions and name. */
  void show() {
    try {
      give(hidden());
      Files.setPosixFilePermissions(hidden(), PosixFilePermissions.fromString("rw-rw----"));
      refuseIfAnswered(path);
      Files.move(hidden(), path, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(directory);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /** Takes the name away. */
  void remove() {
    try {
      Files.deleteIfExists(path);
      Files.deleteIfExists(hidden());
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static PolderException failed(Path path, IOException e) {
    return new PolderException(
        e instanceof java.nio.file.AccessDeniedException ? ErrorKind.DENIED : ErrorKind.HOST,
        "cannot make '%s' fit for a socket: %s".formatted(path, e),
        e);
  }
}
