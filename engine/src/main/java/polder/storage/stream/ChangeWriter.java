package polder.storage.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import polder.linux.Bytes;
import polder.linux.FileType;

/** Writes changes as btrfs would. */
final class ChangeWriter {
  private static final Bytes NAME = Bytes.of("root"); // of the subvolume: nobody asks for it

  private final OutputStream to;
  private final ByteBuffer command =
      ByteBuffer.allocate(Command.HEADER + Command.LONGEST).order(ByteOrder.LITTLE_ENDIAN);

  /** Begins the stream. */
  ChangeWriter(OutputStream to) throws IOException {
    this.to = to;
    byte[] magic = Command.MAGIC.getBytes(StandardCharsets.US_ASCII);
    command.put(magic).putInt(Command.VERSION);
    to.write(command.array(), 0, command.position());
  }

  /**
   * Writes one.
   *
   * @throws IllegalArgumentException if it cannot be told, such as an attribute that is too long
   */
  void write(Change change) throws IOException {
    command.clear().position(Command.HEADER);
    int number = encode(change);
    int length = command.position() - Command.HEADER;
    command.putInt(0, length).putShort(4, (short) number).putInt(6, 0);
    command.putInt(6, Command.crc(command.array(), 0, command.position()));
    to.write(command.array(), 0, command.position());
  }

  private int encode(Change change) {
    return switch (change) {
      case Change.Begin(UUID id, var since) -> {
        bytes(Command.A_PATH, NAME);
        uuid(Command.A_UUID, id);
        number(Command.A_CTRANSID, 0);
        if (since.isEmpty()) {
          yield Command.SUBVOL;
        }
        uuid(Command.A_CLONE_UUID, since.get());
        number(Command.A_CLONE_CTRANSID, 0);
        yield Command.SNAPSHOT;
      }
      case Change.MakeFile(TreePath path) -> {
        made(path);
        yield Command.MKFILE;
      }
      case Change.MakeDirectory(TreePath path) -> {
        made(path);
        yield Command.MKDIR;
      }
      case Change.MakeNode(TreePath path, FileType type, var device) -> {
        made(path);
        number(Command.A_RDEV, device.encoded());
        number(Command.A_MODE, type.bits());
        yield switch (type) {
          case FIFO -> Command.MKFIFO;
          case SOCKET -> Command.MKSOCK;
          case CHARACTER_DEVICE, BLOCK_DEVICE -> Command.MKNOD;
          case REGULAR, DIRECTORY, SYMLINK, UNKNOWN ->
              throw new IllegalArgumentException("no node is a " + type);
        };
      }
      case Change.MakeSymlink(TreePath path, var target) -> {
        made(path);
        bytes(Command.A_PATH_LINK, target.value());
        yield Command.SYMLINK;
      }
      case Change.Rename(TreePath path, TreePath other) -> {
        bytes(Command.A_PATH, path.value());
        bytes(Command.A_PATH_TO, other.value());
        yield Command.RENAME;
      }
      case Change.Link(TreePath path, TreePath existing) -> {
        bytes(Command.A_PATH, path.value());
        bytes(Command.A_PATH_LINK, existing.value());
        yield Command.LINK;
      }
      case Change.Unlink(TreePath path) -> {
        bytes(Command.A_PATH, path.value());
        yield Command.UNLINK;
      }
      case Change.RemoveDirectory(TreePath path) -> {
        bytes(Command.A_PATH, path.value());
        yield Command.RMDIR;
      }
      case Change.SetXattr(TreePath path, Bytes name, Bytes value) -> {
        bytes(Command.A_PATH, path.value());
        bytes(Command.A_XATTR_NAME, name);
        bytes(Command.A_XATTR_DATA, value);
        yield Command.SET_XATTR;
      }
      case Change.RemoveXattr(TreePath path, Bytes name) -> {
        bytes(Command.A_PATH, path.value());
        bytes(Command.A_XATTR_NAME, name);
        yield Command.REMOVE_XATTR;
      }
      case Change.Write(TreePath path, long offset, Bytes data) -> {
        bytes(Command.A_PATH, path.value());
        number(Command.A_FILE_OFFSET, offset);
        bytes(Command.A_DATA, data);
        yield Command.WRITE;
      }
      case Change.Clone clone -> {
        number(Command.A_FILE_OFFSET, clone.offset());
        number(Command.A_CLONE_LEN, clone.length());
        bytes(Command.A_PATH, clone.path().value());
        uuid(Command.A_CLONE_UUID, clone.tree());
        number(Command.A_CLONE_CTRANSID, 0);
        bytes(Command.A_CLONE_PATH, clone.from().value());
        number(Command.A_CLONE_OFFSET, clone.fromOffset());
        yield Command.CLONE;
      }
      case Change.Truncate(TreePath path, long size) -> {
        bytes(Command.A_PATH, path.value());
        number(Command.A_SIZE, size);
        yield Command.TRUNCATE;
      }
      case Change.Mode(TreePath path, int mode) -> {
        bytes(Command.A_PATH, path.value());
        number(Command.A_MODE, mode);
        yield Command.CHMOD;
      }
      case Change.Owner(TreePath path, long uid, long gid) -> {
        bytes(Command.A_PATH, path.value());
        number(Command.A_UID, uid);
        number(Command.A_GID, gid);
        yield Command.CHOWN;
      }
      case Change.Times(TreePath path, Instant accessed, Instant modified) -> {
        bytes(Command.A_PATH, path.value());
        time(Command.A_ATIME, accessed);
        time(Command.A_MTIME, modified);
        time(Command.A_CTIME, modified); // nobody can set it
        yield Command.UTIMES;
      }
      case Change.End() -> Command.END;
    };
  }

  private void made(TreePath path) {
    bytes(Command.A_PATH, path.value());
    number(Command.A_INO, 0); // of the sender's file system: nobody asks for it
  }

  private void bytes(int attribute, Bytes value) {
    if (value.length() > command.remaining() - 4) {
      throw new IllegalArgumentException("%d bytes are too many".formatted(value.length()));
    }
    command.putShort((short) attribute).putShort((short) value.length()).put(value.toArray());
  }

  private void number(int attribute, long value) {
    command.putShort((short) attribute).putShort((short) Long.BYTES).putLong(value);
  }

  private void uuid(int attribute, UUID value) {
    command.putShort((short) attribute).putShort((short) 16);
    command.order(ByteOrder.BIG_ENDIAN); // RFC 9562
    command.putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
    command.order(ByteOrder.LITTLE_ENDIAN);
  }

  private void time(int attribute, Instant time) {
    command.putShort((short) attribute).putShort((short) 12); // struct btrfs_timespec
    command.putLong(time.getEpochSecond()).putInt(time.getNano());
  }
}
