package polder.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FilePath;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Walk;

/**
 * An archive without its files' contents. What another program wrote can be made again from it and
 * the unpacked files, to the bit: so a layer that is sent on has the digest that it came with.
 *
 * <p>It is gzip of: a magic number; then, in the archive's order, {@link #BETWEEN} with a length
 * and as many bytes, or {@link #CONTENTS} with the length of a path, the path in the layer, a count
 * of extents, and offset and length of each; then {@link #END}. Numbers are big-endian: 16 bits for
 * a path's length, 32 for other lengths and counts, 64 for offsets and lengths of extents.
 */
final class Skeleton {
  static final int MAGIC = 0x504c_5331; // PLS1
  static final int BETWEEN = 1;
  static final int CONTENTS = 2;
  static final int END = 3;

  private static final int AT_ONCE = 128 << 10;

  private Skeleton() {}

  /**
   * Writes the archive to {@code out}, which stays open. Whether it is the right one its digest has
   * to say.
   *
   * @param skeleton read to its end; stays the caller's
   * @param root where the files are
   */
  static void rebuild(InputStream skeleton, Directory root, OutputStream out) throws IOException {
    byte[] buffer = new byte[AT_ONCE];
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(new GZIPInputStream(skeleton, AT_ONCE)));
    if (in.readInt() != MAGIC) {
      throw new IOException("it is no skeleton of an archive");
    }
    for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
      switch (kind) {
        case BETWEEN -> copy(in, in.readInt(), out, buffer);
        case CONTENTS -> contents(in, root, out, buffer);
        default -> throw new IOException("the skeleton of the archive is damaged");
      }
    }
  }

  private static void copy(InputStream in, int length, OutputStream out, byte[] buffer)
      throws IOException {
    for (int left = length; left > 0; ) {
      int got = in.read(buffer, 0, Math.min(left, buffer.length));
      if (got < 0) {
        throw new IOException("the skeleton of the archive is cut off");
      }
      out.write(buffer, 0, got);
      left -= got;
    }
  }

  private static void contents(DataInputStream in, Directory root, OutputStream out, byte[] buffer)
      throws IOException {
    Bytes path = Bytes.of(in.readNBytes(in.readUnsignedShort()));
    try (Node node = root.node(new FilePath(path), Walk.IN_ROOT);
        RegularFile file = node.read()) {
      for (int left = in.readInt(); left > 0; left--) {
        Extent extent = new Extent(in.readLong(), in.readLong());
        for (long at = extent.offset(); at < extent.end(); ) {
          int most = (int) Math.min(buffer.length, extent.end() - at);
          int got = file.read(at, buffer, 0, most);
          if (got == 0) {
            throw new IOException("file '%s' of the layer is too short".formatted(path));
          }
          out.write(buffer, 0, got);
          at += got;
        }
      }
    }
  }
}
