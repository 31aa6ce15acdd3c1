package polder.linux;

import java.util.Optional;

/**
 * A lock on a file that only one holder on this machine has at a time: flock(2).
 *
 * <p>It goes with the open file: when the process ends, however it ends, the kernel lets go of it.
 */
public final class FileLock implements AutoCloseable {
  private static final long LOCK_EX = 2; // asm-generic/fcntl.h
  private static final long LOCK_NB = 4;
  private static final long LOCK_UN = 8;
  private static final int OWNER_ONLY = 0600;

  private final RegularFile file;

  private FileLock(RegularFile file) {
    this.file = file;
  }

  /** Locks the file {@code name}, which is made if need be; empty if somebody else holds it. */
  public static Optional<FileLock> tryExclusive(Directory directory, FileName name) {
    RegularFile file = open(directory, name);
    long result = Kernel.restart(Nr.FLOCK, file.fd().number(), LOCK_EX | LOCK_NB);
    if (result == -Errno.EAGAIN.number()) {
      file.close();
      return Optional.empty();
    }
    return Optional.of(locked(file, name, result));
  }

  /**
   * Locks the file {@code name}, and waits for as long as somebody else holds it. The thread waits
   * in the kernel, so this is not for virtual threads.
   */
  public static FileLock exclusive(Directory directory, FileName name) {
    RegularFile file = open(directory, name);
    return locked(file, name, Kernel.restart(Nr.FLOCK, file.fd().number(), LOCK_EX));
  }

  /** Open for reading only, so that a lock does not keep a disk from becoming read-only. */
  private static RegularFile open(Directory directory, FileName name) {
    try {
      return directory.read(name);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
      directory.openOrCreate(name, OWNER_ONLY).close();
      return directory.read(name);
    }
  }

  private static FileLock locked(RegularFile file, FileName name, long result) {
    try {
      Kernel.check(result, () -> "lock '" + name + "'");
      return new FileLock(file);
    } catch (SyscallException e) {
      file.close();
      throw e;
    }
  }

  /** Lets go of it; at once, although a process that was just forked may have the file open too. */
  @Override
  public void close() {
    if (file.fd().isOpen()) {
      Kernel.restart(Nr.FLOCK, file.fd().number(), LOCK_UN);
    }
    file.close();
  }
}
