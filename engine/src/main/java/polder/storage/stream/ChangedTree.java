package polder.storage.stream;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.PolderException;

/**
 * A tree to which the changes of a stream are made, whoever wrote that: below its top, by
 * directories only, no link followed and no mount entered.
 *
 * <p>A directory and a file are held from one change to the next, since most changes are of the
 * same file as the one before. Extended attributes that would speak to the host's kernel are left
 * out: all but {@code user.*}, {@code security.capability} and the two of POSIX ACLs.
 *
 * <p>The kernel's streams make each new file at the top, by a name that nothing else has, and move
 * it to its place; they do not tell the top's times for that. So it gets at the end what was told
 * last, or what it had before.
 */
public final class ChangedTree implements AutoCloseable {
  private static final Walk DOWN = Walk.NO_LINKS.onOneMount();
  private static final int OWNER_ONLY = 0700;
  private static final int FILE_OWNER_ONLY = 0600;
  private static final int BLOCK = 4096;
  private static final Bytes CAPABILITY = Bytes.of("security.capability");
  private static final Bytes ACL_ACCESS = Bytes.of("system.posix_acl_access");
  private static final Bytes ACL_DEFAULT = Bytes.of("system.posix_acl_default");

  private final Directory top;
  private final Optional<Directory> before;
  private final Optional<UUID> since;
  private UUID id = new UUID(0, 0);
  private boolean inherits;
  private TreePath place = TreePath.TOP;
  private @Nullable Directory directory;
  private TreePath written = TreePath.TOP;
  private @Nullable RegularFile file;
  private Optional<Change> topTimes; // of the change that is made last

  private ChangedTree(Directory top, Optional<Directory> before, Optional<UUID> since) {
    this.top = top;
    this.before = before;
    this.since = since;
    this.inherits = before.isPresent();
    this.topTimes = before.map(ChangedTree::timesOf);
  }

  private static Change timesOf(Directory tree) {
    Stat stat = tree.node().stat();
    return new Change.Times(TreePath.TOP, stat.accessed(), stat.modified());
  }

  /**
   * Makes all changes that {@code changes} tells, which are of the tree {@code id}, and reads to
   * its end.
   *
   * @param top the tree; has what {@code before} has
   * @param before the tree as it was, for contents that come from there; stays as it is
   * @param since the id of that; empty if the stream need not say
   * @throws IOException if reading fails, or the stream ends in the middle
   * @throws PolderException INVALID if the stream is not what it should be
   * @throws SyscallException if the file system fails; the tree is then anything
   */
  public static void apply(
      InputStream changes, Directory top, UUID id, Optional<Directory> before, Optional<UUID> since)
      throws IOException {
    ChangeReader reader = new ChangeReader(changes);
    if (!(reader.next() instanceof Change.Begin begin)) {
      throw Malformed.stream("it does not say what it is of");
    }
    if (!begin.id().equals(id)) {
      throw Malformed.stream("its changes are of another snapshot than it says");
    }
    if (before.isPresent() != begin.since().isPresent()
        || (since.isPresent() && !since.equals(begin.since()))) {
      throw Malformed.stream("its changes are since another snapshot than it says");
    }
    try (ChangedTree tree = new ChangedTree(top, before, begin.since())) {
      tree.id = id;
      Change change = reader.next();
      while (!(change instanceof Change.End)) {
        tree.make(change);
        change = reader.next();
      }
      tree.topTimes.ifPresent(tree::make);
    }
    if (changes.read() >= 0) {
      throw Malformed.stream("it goes on after its end");
    }
  }

  private void make(Change change) {
    try {
      change(change);
    } catch (SyscallException e) {
      if (isNoFault(e.errno())) {
        throw e;
      }
      PolderException refused =
          Malformed.stream("a change cannot be made: %s".formatted(e.getMessage()));
      refused.initCause(e);
      throw refused;
    }
  }

  /** Whether it is the host's trouble, and not that the change does not fit the tree. */
  private static boolean isNoFault(Errno errno) {
    return errno.equals(Errno.ENOSPC)
        || errno.equals(Errno.EDQUOT)
        || errno.equals(Errno.EIO)
        || errno.equals(Errno.EROFS)
        || errno.equals(Errno.ENOMEM)
        || errno.equals(Errno.EMFILE)
        || errno.equals(Errno.EINTR)
        || errno.equals(Errno.EAGAIN);
  }

  private void change(Change change) {
    switch (change) {
      case Change.MakeFile(TreePath path) -> {
        in(path).create(path.name(), FILE_OWNER_ONLY).close();
        made(path);
      }
      case Change.MakeDirectory(TreePath path) -> {
        in(path).makeDirectory(path.name(), OWNER_ONLY);
        made(path);
      }
      case Change.MakeNode(TreePath path, var type, var device) -> {
        Directory parent = in(path);
        switch (type) {
          case FIFO -> parent.makeFifo(path.name(), FILE_OWNER_ONLY);
          case SOCKET -> parent.makeSocket(path.name(), FILE_OWNER_ONLY);
          case REGULAR, DIRECTORY, SYMLINK, UNKNOWN, CHARACTER_DEVICE, BLOCK_DEVICE ->
              parent.makeDevice(path.name(), type, device, FILE_OWNER_ONLY);
        }
        made(path);
      }
      case Change.MakeSymlink(TreePath path, var target) ->
          in(path).makeSymlink(path.name(), target);
      case Change.Rename(TreePath path, TreePath to) -> {
        try (Directory from = in(path).again()) {
          letGo();
          from.rename(path.name(), in(to), to.name());
        }
        letGo();
      }
      case Change.Link(TreePath path, TreePath existing) -> {
        try (Directory from = in(existing).again()) {
          in(path).link(from, existing.name(), path.name());
        }
      }
      case Change.Unlink(TreePath path) -> {
        in(path).remove(path.name());
        letGo();
      }
      case Change.RemoveDirectory(TreePath path) -> {
        in(path).removeDirectory(path.name());
        letGo();
      }
      case Change.SetXattr(TreePath path, Bytes name, Bytes value) -> setXattr(path, name, value);
      case Change.RemoveXattr(TreePath path, Bytes name) -> {
        if (isKept(name)) {
          try (Node node = node(path)) {
            node.xattrs().remove(name);
          }
        }
      }
      case Change.Write(TreePath path, long offset, Bytes data) -> write(path, offset, data);
      case Change.Clone clone -> copy(clone);
      case Change.Truncate(TreePath path, long size) -> open(path).truncate(size);
      case Change.Mode(TreePath path, int mode) -> {
        try (Node node = node(path)) {
          node.mode(mode);
        }
      }
      case Change.Owner(TreePath path, long uid, long gid) -> {
        try (Node node = node(path)) {
          node.owner(uid, gid);
        }
      }
      case Change.Times(TreePath path, var accessed, var modified) -> {
        try (Node node = node(path)) {
          node.times(accessed, modified);
        }
        if (path.isTop()) {
          topTimes = Optional.of(change);
        }
      }
      case Change.Begin begin -> throw Malformed.stream("it begins twice");
      case Change.End end -> {}
    }
  }

  /** The directory that a path's last name is in. */
  private Directory in(TreePath path) {
    TreePath parent = path.parent();
    Directory held = directory;
    if (held != null && parent.equals(place)) {
      return held;
    }
    if (held != null) {
      held.close();
      directory = null;
    }
    Directory found = top.enter(parent.fromTop(), DOWN);
    directory = found;
    place = parent;
    return found;
  }

  private Node node(TreePath path) {
    return path.isTop() ? top.node(path.fromTop(), DOWN) : in(path).node(path.name());
  }

  /** The regular file at {@code path}, to be written. */
  private RegularFile open(TreePath path) {
    RegularFile held = file;
    if (held != null && path.equals(written)) {
      return held;
    }
    if (held != null) {
      held.close();
      file = null;
    }
    try (Node node = in(path).node(path.name())) {
      RegularFile found = node.update();
      file = found;
      written = path;
      return found;
    }
  }

  /** What is held may have another name by now, or none. */
  private void letGo() {
    if (file != null) {
      file.close();
      file = null;
    }
    if (directory != null) {
      directory.close();
      directory = null;
    }
  }

  /** Takes from a new file what it got from the default ACL of its directory. */
  private void made(TreePath path) {
    if (!inherits) {
      return;
    }
    try (Node node = node(path)) {
      for (Bytes name : node.xattrs().names()) {
        if (name.equals(ACL_ACCESS) || name.equals(ACL_DEFAULT)) {
          node.xattrs().remove(name);
        }
      }
    }
  }

  private void setXattr(TreePath path, Bytes name, Bytes value) {
    if (!isKept(name)) {
      return;
    }
    inherits |= name.equals(ACL_DEFAULT);
    try (Node node = node(path)) {
      node.xattrs().set(name, value);
    }
  }

  /** Whether an attribute is the zone's own, and not for the host's kernel. */
  static boolean isKept(Bytes name) {
    if (name.startsWith("user.")) {
      return !name.startsWith("user.overlay.");
    }
    return name.equals(CAPABILITY) || name.equals(ACL_ACCESS) || name.equals(ACL_DEFAULT);
  }

  /** Zeroes over what was there become a hole again: a stream has no other word for one. */
  private void write(TreePath path, long offset, Bytes data) {
    RegularFile target = open(path);
    byte[] bytes = data.toArray();
    if (bytes.length >= BLOCK && isZero(bytes)) {
      OptionalLong there = target.nextData(offset);
      if (there.isPresent() && there.getAsLong() < offset + bytes.length) {
        target.punch(offset, bytes.length);
        if (target.size() < offset + bytes.length) {
          target.truncate(offset + bytes.length);
        }
        return;
      }
    }
    target.write(offset, bytes, 0, bytes.length);
  }

  private static boolean isZero(byte[] bytes) {
    for (byte each : bytes) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  private void copy(Change.Clone clone) {
    Directory tree;
    if (clone.tree().equals(id)) {
      tree = top;
    } else if (before.isPresent() && Optional.of(clone.tree()).equals(since)) {
      tree = before.get();
    } else {
      throw Malformed.stream("it takes contents from a snapshot that is not here");
    }
    RegularFile target = open(clone.path());
    try (Node node = tree.node(clone.from().fromTop(), DOWN);
        RegularFile source = node.read()) {
      if (clone.length() > source.size() - clone.fromOffset()) {
        throw Malformed.stream("it takes more contents than there are");
      }
      source.copyTo(clone.fromOffset(), target, clone.offset(), clone.length());
    }
  }

  @Override
  public void close() {
    letGo();
  }
}
