package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * The entries of a directory, read as they are asked for, so that a directory of millions takes no
 * more memory than one of ten: getdents64(2). "." and ".." are left out.
 */
public final class Listing implements Iterator<DirectoryEntry>, AutoCloseable {
  private static final int ROOM = 32 << 10;

  private final Fd fd;
  private final Queue<DirectoryEntry> read = new ArrayDeque<>();
  private boolean ended;

  /** Takes over {@code fd}, whose position is its alone. */
  Listing(Fd fd) {
    this.fd = fd;
  }

  @Override
  public boolean hasNext() {
    while (read.isEmpty() && !ended) {
      fill();
    }
    return !read.isEmpty();
  }

  @Override
  public DirectoryEntry next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the directory has no more entries");
    }
    return read.remove();
  }

  private void fill() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(ROOM, 8);
      long got =
          Kernel.check(
              Kernel.restart(Nr.GETDENTS64, fd.number(), buffer.address(), ROOM),
              () -> "list directory " + fd);
      ended = got == 0;
      long at = 0;
      while (at < got) {
        int length = buffer.get(ValueLayout.JAVA_SHORT, at + 16) & 0xffff;
        add(buffer.asSlice(at, length));
        at += length;
      }
    }
  }

  /** Adds a {@code struct linux_dirent64}: inode, offset, length, kind, name. */
  private void add(MemorySegment entry) {
    int end = 19;
    while (entry.get(ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] name = entry.asSlice(19, end - 19).toArray(ValueLayout.JAVA_BYTE);
    boolean dots = name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    if (!dots) {
      read.add(
          new DirectoryEntry(
              new FileName(Bytes.of(name)),
              FileType.ofEntry(entry.get(ValueLayout.JAVA_BYTE, 18)),
              entry.get(ValueLayout.JAVA_LONG, 0)));
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
