package polder.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Makes the directories on a path below a root, following links itself, since the kernel follows
 * them only to what is there. Every step is by name from a directory that is held.
 */
final class DirectoryPath {
  private static final int LINKS_AT_MOST = 40; // as the kernel: MAXSYMLINKS in linux/namei.h

  private final Directory root;
  private final int mode;
  private final List<FileName> here = new ArrayList<>(); // no links among them
  private int links;

  DirectoryPath(Directory root, int mode) {
    this.root = root;
    this.mode = mode;
  }

  Directory make(FilePath path) {
    Deque<Bytes> ahead = new ArrayDeque<>(path.parts());
    Directory at = root.again();
    try {
      while (!ahead.isEmpty()) {
        Bytes part = ahead.pop();
        Directory next = step(at, part, ahead);
        at.close();
        at = next;
      }
      Directory made = at;
      at = root; // not ours to close
      return made;
    } finally {
      if (at != root) {
        at.close();
      }
    }
  }

  private Directory step(Directory at, Bytes part, Deque<Bytes> ahead) {
    if (part.equals(Bytes.of(".."))) {
      if (!here.isEmpty()) {
        here.removeLast();
      }
      return back();
    }
    FileName name = new FileName(part);
    if (at.find(name).map(Stat::type).orElse(FileType.DIRECTORY) != FileType.SYMLINK) {
      Directory next = at.ensureDirectory(name, mode);
      here.add(name);
      return next;
    }
    if (++links > LINKS_AT_MOST) {
      throw new SyscallException("follow '" + name + "'", Errno.ELOOP);
    }
    FilePath target;
    try (Node link = at.node(name)) {
      target = link.target();
    }
    List<Bytes> parts = target.parts();
    parts.reversed().forEach(ahead::push);
    if (target.isAbsolute()) {
      here.clear();
      return root.again();
    }
    return at.again();
  }

  private Directory back() {
    return root.enter(FilePath.of(here), Walk.NO_LINKS);
  }
}
