package polder.linux;

import java.lang.foreign.Arena;

/** Files that the kernel makes up, opened by an absolute path that we wrote ourselves. */
final class Procfs {
  static final int O_RDONLY = 0; // asm-generic/fcntl.h
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_NOCTTY = 0x100;
  static final int O_NONBLOCK = 0x800;
  static final int O_DIRECTORY = 0x10000;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;

  private static final int AT_FDCWD = -100; // linux/fcntl.h

  private Procfs() {}

  /** open(2), with {@code O_CLOEXEC}. */
  static Fd open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return new Fd(
          Kernel.check(
              Kernel.restart(
                  Nr.OPENAT, AT_FDCWD, arena.allocateFrom(path).address(), flags | O_CLOEXEC, 0),
              () -> "open " + path));
    }
  }
}
