package polder.storage.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.FilePath;
import polder.linux.FileType;

/** Reads changes that btrfs or {@link ChangeWriter} wrote, and refuses what is anything else. */
final class ChangeReader {
  private final InputStream from;
  private final ByteBuffer command =
      ByteBuffer.allocate(Command.HEADER + Command.LONGEST).order(ByteOrder.LITTLE_ENDIAN);
  private final int[] places = new int[Command.A_MAX + 1];
  private final int[] lengths = new int[Command.A_MAX + 1];

  /** Reads the beginning of the stream. */
  ChangeReader(InputStream from) throws IOException {
    this.from = from;
    byte[] magic = Command.MAGIC.getBytes(StandardCharsets.US_ASCII);
    read(0, magic.length + Integer.BYTES);
    if (!Arrays.equals(command.array(), 0, magic.length, magic, 0, magic.length)) {
      throw Malformed.stream("its changes do not begin as those of btrfs do");
    }
    int version = command.getInt(magic.length);
    if (version != Command.VERSION) {
      throw Malformed.stream("its changes are of version " + Integer.toUnsignedString(version));
    }
  }

  private void read(int offset, int length) throws IOException {
    if (from.readNBytes(command.array(), offset, length) < length) {
      throw new EOFException("the stream ends in the middle");
    }
  }

  /**
   * The next one; the last is {@link Change.End}.
   *
   * @throws EOFException if the stream ends before that
   */
  Change next() throws IOException {
    read(0, Command.HEADER);
    int length = command.getInt(0);
    int number = Short.toUnsignedInt(command.getShort(4));
    int crc = command.getInt(6);
    if (length < 0 || length > Command.LONGEST) {
      throw Malformed.stream("a command of %s bytes".formatted(Integer.toUnsignedString(length)));
    }
    read(Command.HEADER, length);
    command.putInt(6, 0);
    if (Command.crc(command.array(), 0, Command.HEADER + length) != crc) {
      throw Malformed.stream("a command's checksum is wrong");
    }
    try {
      attributes(Command.HEADER + length);
      return decode(number);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw Malformed.stream(String.valueOf(e.getMessage()));
    }
  }

  private void attributes(int end) {
    Arrays.fill(places, 0);
    int at = Command.HEADER;
    while (at < end) {
      if (end - at < 4) {
        throw new IllegalArgumentException("an attribute is cut off");
      }
      int type = Short.toUnsignedInt(command.getShort(at));
      int length = Short.toUnsignedInt(command.getShort(at + 2));
      at += 4;
      if (type == 0 || type > Command.A_MAX || places[type] != 0) {
        throw new IllegalArgumentException(
            "attribute %d is unknown or there twice".formatted(type));
      }
      if (length > end - at) {
        throw new IllegalArgumentException("attribute %d is too long".formatted(type));
      }
      places[type] = at;
      lengths[type] = length;
      at += length;
    }
  }

  private Change decode(int number) {
    return switch (number) {
      case Command.SUBVOL -> new Change.Begin(uuid(Command.A_UUID), Optional.empty());
      case Command.SNAPSHOT ->
          new Change.Begin(uuid(Command.A_UUID), Optional.of(uuid(Command.A_CLONE_UUID)));
      case Command.MKFILE -> new Change.MakeFile(file());
      case Command.MKDIR -> new Change.MakeDirectory(file());
      case Command.MKNOD -> device();
      case Command.MKFIFO -> new Change.MakeNode(file(), FileType.FIFO, new DeviceNumber(0, 0));
      case Command.MKSOCK -> new Change.MakeNode(file(), FileType.SOCKET, new DeviceNumber(0, 0));
      case Command.SYMLINK ->
          new Change.MakeSymlink(file(), new FilePath(bytes(Command.A_PATH_LINK)));
      case Command.RENAME -> new Change.Rename(file(), file(Command.A_PATH_TO));
      case Command.LINK -> new Change.Link(file(), file(Command.A_PATH_LINK));
      case Command.UNLINK -> new Change.Unlink(file());
      case Command.RMDIR -> new Change.RemoveDirectory(file());
      case Command.SET_XATTR ->
          new Change.SetXattr(path(Command.A_PATH), xattr(), bytes(Command.A_XATTR_DATA));
      case Command.REMOVE_XATTR -> new Change.RemoveXattr(path(Command.A_PATH), xattr());
      case Command.WRITE ->
          new Change.Write(file(), size(Command.A_FILE_OFFSET), bytes(Command.A_DATA));
      case Command.CLONE ->
          new Change.Clone(
              file(),
              size(Command.A_FILE_OFFSET),
              size(Command.A_CLONE_LEN),
              uuid(Command.A_CLONE_UUID),
              file(Command.A_CLONE_PATH),
              size(Command.A_CLONE_OFFSET));
      case Command.TRUNCATE -> new Change.Truncate(file(), size(Command.A_SIZE));
      case Command.CHMOD ->
          new Change.Mode(path(Command.A_PATH), (int) upTo(Command.A_MODE, 0xffff) & 07777);
      case Command.CHOWN ->
          new Change.Owner(
              path(Command.A_PATH),
              upTo(Command.A_UID, 0xffff_fffeL), // -1 would mean "as it is"
              upTo(Command.A_GID, 0xffff_fffeL));
      case Command.UTIMES ->
          new Change.Times(path(Command.A_PATH), time(Command.A_ATIME), time(Command.A_MTIME));
      case Command.END -> new Change.End();
      default -> throw new IllegalArgumentException("command %d is unknown".formatted(number));
    };
  }

  private Change device() {
    FileType type = FileType.ofMode((int) upTo(Command.A_MODE, 0xffff));
    if (type != FileType.CHARACTER_DEVICE && type != FileType.BLOCK_DEVICE) {
      throw new IllegalArgumentException("a device that is a " + type);
    }
    return new Change.MakeNode(file(), type, DeviceNumber.of(number(Command.A_RDEV)));
  }

  private Bytes bytes(int attribute) {
    int at = places[attribute];
    if (at == 0) {
      throw new IllegalArgumentException("attribute %d is missing".formatted(attribute));
    }
    return Bytes.of(command.array(), at, at + lengths[attribute]);
  }

  private int place(int attribute, int length) {
    if (places[attribute] == 0 || lengths[attribute] != length) {
      throw new IllegalArgumentException(
          "attribute %d is missing or of a wrong length".formatted(attribute));
    }
    return places[attribute];
  }

  private TreePath path(int attribute) {
    return new TreePath(bytes(attribute));
  }

  /** A path that is not the top. */
  private TreePath file(int attribute) {
    TreePath path = path(attribute);
    if (path.isTop()) {
      throw new IllegalArgumentException("a path is empty");
    }
    return path;
  }

  private TreePath file() {
    return file(Command.A_PATH);
  }

  private Bytes xattr() {
    Bytes name = bytes(Command.A_XATTR_NAME);
    if (name.isEmpty() || name.length() > 255 || name.indexOf('\0', 0) >= 0) {
      throw new IllegalArgumentException("an attribute's name is no name");
    }
    return name;
  }

  private long number(int attribute) {
    return command.getLong(place(attribute, Long.BYTES));
  }

  private long upTo(int attribute, long most) {
    long value = number(attribute);
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          "attribute %d is %s".formatted(attribute, Long.toUnsignedString(value)));
    }
    return value;
  }

  /** A place in a file or its length, with room to add two. */
  private long size(int attribute) {
    return upTo(attribute, Long.MAX_VALUE >> 1);
  }

  private UUID uuid(int attribute) {
    int at = place(attribute, 16);
    ByteBuffer big = command.duplicate().order(ByteOrder.BIG_ENDIAN); // RFC 9562
    return new UUID(big.getLong(at), big.getLong(at + Long.BYTES));
  }

  private Instant time(int attribute) {
    int at = place(attribute, 12); // struct btrfs_timespec
    int nanos = command.getInt(at + Long.BYTES);
    if (nanos < 0 || nanos > 999_999_999) {
      throw new IllegalArgumentException("a time has %d nanoseconds".formatted(nanos));
    }
    return Instant.ofEpochSecond(command.getLong(at), nanos);
  }
}
