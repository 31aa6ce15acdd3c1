package polder.linux;

import java.lang.foreign.Arena;

/** Files that exist in memory only. memfd_create(2) */
final class MemoryFile {
  private static final long MFD_CLOEXEC = 1; // linux/memfd.h
  private static final long MFD_ALLOW_SEALING = 2;
  private static final long MFD_EXEC = 16; // since Linux 6.3
  private static final long F_ADD_SEALS = 1033; // linux/fcntl.h
  private static final long SEAL_SHRINK_GROW_WRITE_SEAL = 2 | 4 | 8 | 1;
  private static final long SEAL_EXEC = 32; // since Linux 6.3
  private static final long O_CLOEXEC = 02000000;

  private MemoryFile() {}

  /** An empty file, open for reading and writing. */
  static Fd create(String name) {
    return new Fd(
        Kernel.check(create(name, MFD_CLOEXEC), () -> "make the file '" + name + "' in memory"));
  }

  /** A file that can be executed, and never be changed by anybody; open for reading. */
  static Fd executable(String name, byte[] content) {
    long made = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (made == -Errno.EINVAL.number()) {
      made = create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); // an older kernel: always executable
    }
    Kernel.check(made, () -> "make the file '" + name + "' in memory");
    try (Fd writable = new Fd(made);
        Arena arena = Arena.ofConfined()) {
      writable.write(content, 0, content.length);
      int fd = writable.number();
      long sealed = Kernel.call(Nr.FCNTL, fd, F_ADD_SEALS, SEAL_SHRINK_GROW_WRITE_SEAL | SEAL_EXEC);
      if (sealed == -Errno.EINVAL.number()) {
        sealed = Kernel.call(Nr.FCNTL, fd, F_ADD_SEALS, SEAL_SHRINK_GROW_WRITE_SEAL);
      }
      Kernel.check(sealed, () -> "seal the file '" + name + "'");
      // what is open for writing cannot be executed: ETXTBSY
      long path = arena.allocateFrom("/proc/self/fd/" + fd).address();
      return new Fd(
          Kernel.check(
              Kernel.call(Nr.OPENAT, -100, path, O_CLOEXEC, 0),
              () -> "open the file '" + name + "' for reading"));
    }
  }

  private static long create(String name, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      return Kernel.call(Nr.MEMFD_CREATE, arena.allocateFrom(name).address(), flags);
    }
  }
}
