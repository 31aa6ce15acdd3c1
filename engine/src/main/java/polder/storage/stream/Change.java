package polder.storage.stream;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.FilePath;
import polder.linux.FileType;

/** One change of a tree, as btrfs tells it: fs/btrfs/send.h. */
sealed interface Change {
  /**
   * What follows makes the tree with this id, out of another or of nothing.
   *
   * @param id of the snapshot that is sent
   * @param since of the one that the receiver has
   */
  record Begin(UUID id, Optional<UUID> since) implements Change {}

  /** A new regular file, empty. */
  record MakeFile(TreePath path) implements Change {}

  /** A new directory. */
  record MakeDirectory(TreePath path) implements Change {}

  /**
   * A new device, FIFO or socket.
   *
   * @param device 0:0 where it is none
   */
  record MakeNode(TreePath path, FileType type, DeviceNumber device) implements Change {}

  /** A new symbolic link; its text may be anything. */
  record MakeSymlink(TreePath path, FilePath target) implements Change {}

  /** A file gets another path, in place of what is there. */
  record Rename(TreePath path, TreePath to) implements Change {}

  /** A file gets one more path. */
  record Link(TreePath path, TreePath existing) implements Change {}

  /** A file that is no directory loses this path. */
  record Unlink(TreePath path) implements Change {}

  /** An empty directory goes. */
  record RemoveDirectory(TreePath path) implements Change {}

  /** An extended attribute gets a value. */
  record SetXattr(TreePath path, Bytes name, Bytes value) implements Change {}

  /** An extended attribute goes. */
  record RemoveXattr(TreePath path, Bytes name) implements Change {}

  /** Contents of a regular file. */
  record Write(TreePath path, long offset, Bytes data) implements Change {}

  /**
   * Contents of a regular file that another file has already.
   *
   * @param tree the id of the tree in which that is: the one that is made, or the one before it
   */
  record Clone(TreePath path, long offset, long length, UUID tree, TreePath from, long fromOffset)
      implements Change {}

  /** The length of a regular file. */
  record Truncate(TreePath path, long size) implements Change {}

  /** Permissions with set-uid, set-gid and sticky, 0 to 07777. */
  record Mode(TreePath path, int mode) implements Change {}

  /** Owner and group. */
  record Owner(TreePath path, long uid, long gid) implements Change {}

  /** When it was read and changed last. */
  record Times(TreePath path, Instant accessed, Instant modified) implements Change {}

  /** All is told. */
  record End() implements Change {}
}
