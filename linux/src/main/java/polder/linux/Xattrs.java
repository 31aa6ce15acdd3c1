package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The extended attributes of a file: xattr(7). Names and values are bytes.
 *
 * <p>By /proc/self/fd, as fsetxattr(2) and its like refuse a descriptor that was opened only as a
 * place, and a symbolic link cannot be opened as anything else. That path leads to the link itself.
 */
public final class Xattrs {
  private static final int LONGEST = 65_536; // XATTR_SIZE_MAX, XATTR_LIST_MAX, linux/limits.h
  private static final int USUAL = 512;

  private final Node node;

  Xattrs(Node node) {
    this.node = node;
  }

  /** The names of all that the caller may see; none where the file system has no attributes. */
  public List<Bytes> names() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = node.procPath().terminated(arena);
      int room = USUAL;
      MemorySegment list = arena.allocate(room);
      long got = Kernel.call(Nr.LISTXATTR, path.address(), list.address(), room);
      if (got == -Errno.ERANGE.number()) {
        list = arena.allocate(LONGEST);
        got = Kernel.call(Nr.LISTXATTR, path.address(), list.address(), LONGEST);
      }
      if (got == -Errno.EOPNOTSUPP.number()) {
        return List.of();
      }
      Kernel.check(got, () -> "list the attributes of " + node);
      return split(list.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static List<Bytes> split(byte[] list) {
    List<Bytes> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < list.length; i++) {
      if (list[i] == 0) {
        names.add(Bytes.of(list, from, i));
        from = i + 1;
      }
    }
    return List.copyOf(names);
  }

  /** The value of the attribute {@code name}; empty if there is none. */
  public Optional<Bytes> get(Bytes name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = node.procPath().terminated(arena);
      MemorySegment key = name.terminated(arena);
      MemorySegment value = arena.allocate(USUAL);
      long got = get(path, key, value);
      if (got == -Errno.ERANGE.number()) {
        value = arena.allocate(LONGEST);
        got = get(path, key, value);
      }
      if (got == -Errno.ENODATA.number() || got == -Errno.EOPNOTSUPP.number()) {
        return Optional.empty();
      }
      Kernel.check(got, () -> "read attribute '" + name + "' of " + node);
      return Optional.of(Bytes.of(value.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE)));
    }
  }

  private static long get(MemorySegment path, MemorySegment key, MemorySegment value) {
    return Kernel.call(
        Nr.GETXATTR, path.address(), key.address(), value.address(), value.byteSize());
  }

  /** Gives the attribute {@code name} a value, in place of the one it had. */
  public void set(Bytes name, Bytes value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = node.procPath().terminated(arena);
      MemorySegment key = name.terminated(arena);
      MemorySegment bytes = value.plain(arena);
      Kernel.check(
          Kernel.call(
              Nr.SETXATTR, path.address(), key.address(), bytes.address(), value.length(), 0),
          () -> "set attribute '" + name + "' of " + node);
    }
  }

  /** Takes the attribute {@code name} away; nothing happens if there is none. */
  public void remove(Bytes name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = node.procPath().terminated(arena);
      MemorySegment key = name.terminated(arena);
      long result = Kernel.call(Nr.REMOVEXATTR, path.address(), key.address());
      if (result != -Errno.ENODATA.number()) {
        Kernel.check(result, () -> "remove attribute '" + name + "' of " + node);
      }
    }
  }
}
