package polder.linux;

import java.lang.foreign.Arena;

/** Files that the kernel makes up, opened by an absolute path that we wrote ourselves. */
final class Procfs {
  private Procfs() {}

  /** open(2) with these {@link OpenFlags}, and {@code O_CLOEXEC}. */
  static Fd open(String path, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      return new Fd(
          Kernel.check(
              Kernel.restart(
                  Nr.OPENAT,
                  OpenFlags.AT_FDCWD,
                  arena.allocateFrom(path).address(),
                  flags | OpenFlags.O_CLOEXEC,
                  0),
              () -> "open " + path));
    }
  }
}
