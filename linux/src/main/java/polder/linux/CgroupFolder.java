package polder.linux;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The folder of one control group in one hierarchy, and the small text files in it: cgroups(7).
 *
 * @param path where it is
 * @param unified whether it is of version 2
 */
record CgroupFolder(Path path, boolean unified) {
  private static final int AT_REMOVEDIR = 0x200; // linux/fcntl.h
  private static final int MODE = 0755;
  private static final long O_TRUNC = 0x200; // asm-generic/fcntl.h

  /** Whether it has such a file; a controller's files come with the controller. */
  boolean has(String file) {
    try (Fd fd = Procfs.open(path.resolve(file).toString(), OpenFlags.O_PATH)) {
      return fd.isOpen();
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV)) {
        return false;
      }
      throw e;
    }
  }

  /** All of a file, without the line feed at its end. */
  String read(String file) {
    return Procfs.shortText(path.resolve(file).toString());
  }

  /** Writes a file at once, which is how the kernel takes it. */
  void write(String file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    String place = path.resolve(file).toString();
    try (Fd fd = Procfs.open(place, OpenFlags.O_WRONLY | O_TRUNC)) {
      fd.write(bytes, 0, bytes.length);
    } catch (SyscallException e) {
      throw new SyscallException("write '%s' to %s".formatted(text, place), e.errno());
    }
  }

  /** A file that is a number; empty if there is no such file, or if it says "max". */
  OptionalLong number(String file) {
    Optional<String> text = find(file);
    return text.isPresent() ? parse(text.get()) : OptionalLong.empty();
  }

  /** The number behind {@code key} in a file of lines "key number". */
  OptionalLong number(String file, String key) {
    Optional<String> line =
        find(file).stream()
            .flatMap(String::lines)
            .filter(each -> each.startsWith(key + " "))
            .findFirst();
    return line.isPresent() ? parse(line.get().substring(key.length() + 1)) : OptionalLong.empty();
  }

  /** All of a file; empty if there is no such file. */
  private Optional<String> find(String file) {
    try {
      return Optional.of(read(file));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static OptionalLong parse(String text) {
    return text.equals("max")
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseUnsignedLong(text.strip()));
  }

  /** mkdir(2): answers 0, or the errno as a negative number. */
  long make() {
    try (Arena arena = Arena.ofConfined()) {
      return Kernel.restart(
          Nr.MKDIRAT, OpenFlags.AT_FDCWD, arena.allocateFrom(path.toString()).address(), MODE);
    }
  }

  /** rmdir(2): answers 0, or the errno as a negative number. */
  long remove() {
    try (Arena arena = Arena.ofConfined()) {
      return Kernel.restart(
          Nr.UNLINKAT,
          OpenFlags.AT_FDCWD,
          arena.allocateFrom(path.toString()).address(),
          AT_REMOVEDIR);
    }
  }
}
