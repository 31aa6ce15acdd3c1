package polder.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/** Files that the kernel makes up, opened by an absolute path that we wrote ourselves. */
final class Procfs {
  private static final int PIECE = 1 << 16;
  private static final int SMALL = 1 << 12;

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

  /**
   * All of a file. In large pieces, because some files of the kernel's give their text to the first
   * read(2) only, however short it is, and others change between two.
   */
  static byte[] read(String path) {
    return read(path, PIECE);
  }

  /** As {@link #text}, of a file whose text may come in pieces, and is short most often. */
  static String shortText(String path) {
    return new String(read(path, SMALL), StandardCharsets.UTF_8).stripTrailing();
  }

  private static byte[] read(String path, int piece) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[piece];
    try (Fd fd = open(path, OpenFlags.O_RDONLY)) {
      int got = fd.read(buffer, 0, buffer.length);
      while (got > 0) {
        all.write(buffer, 0, got);
        got = fd.read(buffer, 0, buffer.length);
      }
    } catch (SyscallException e) {
      throw new SyscallException("read " + path, e.errno());
    }
    return all.toByteArray();
  }

  /** As {@link #read}, without the line feed at its end. */
  static String text(String path) {
    return new String(read(path), StandardCharsets.UTF_8).stripTrailing();
  }
}
