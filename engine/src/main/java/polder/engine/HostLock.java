package polder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import polder.linux.Directory;
import polder.linux.FileLock;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** That this is the one engine of a state directory, for as long as it is open. */
final class HostLock implements AutoCloseable {
  private static final FileName NAME = FileName.of("lock");
  private static final int OWNER_ONLY = 0700;

  private final FileLock lock;

  private HostLock(FileLock lock) {
    this.lock = lock;
  }

  /**
   * Makes the host's directories where they are missing, and takes the lock.
   *
   * @throws PolderException WRONG_STATE if another engine has it; then nothing was changed
   */
  static HostLock take(HostPaths paths) {
    make(paths.state(), "rwx------");
    FileLock lock;
    try (Directory state = Directory.open(paths.state())) {
      putAsideIfNoFile(state);
      Optional<FileLock> taken = FileLock.tryExclusive(state, NAME);
      lock =
          taken.orElseThrow(
              () ->
                  new PolderException(
                      ErrorKind.WRONG_STATE,
                      "another engine has the state directory %s; stop it, or set POLDER_HOME to another"
                          .formatted(paths.state())));
      state.node().ensureMode(OWNER_ONLY);
    } catch (SyscallException e) {
      throw Failures.of("lock the state directory " + paths.state(), e);
    }
    make(paths.run(), "rwxr-xr-x"); // the daemon's socket is for others too
    make(paths.log(), "rwx------");
    try (Folder log = Folder.ofFolders(paths.log())) {
      log.directory().node().mode(OWNER_ONLY); // whoever made it, for the daemon's own log
    }
    return new HostLock(lock);
  }

  /** A lock that became something else than a file must not keep the engine from starting. */
  private static void putAsideIfNoFile(Directory state) {
    if (state.find(NAME).filter(stat -> stat.type() != FileType.REGULAR).isPresent()) {
      state.rename(NAME, state, FileName.of("lock.damaged"));
    }
  }

  private static void make(Path directory, String mode) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(
            directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
      }
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot make directory %s: %s".formatted(directory, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
