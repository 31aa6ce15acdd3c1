package polder.image;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.SyscallException;

/**
 * Writes down an archive without its files' contents, so that it can be made again to the bit from
 * the files; see {@link Skeleton}. It gives up where it cannot, or would take too much room: then
 * {@link #finish} says so.
 */
final class SkeletonWriter implements Witness, AutoCloseable {
  private static final long MOST = 64 << 20; // compressed; honest ones take some 30 bytes an entry
  private static final int AT_ONCE = 32 << 10;

  private final Counted file;
  private final Compressed compressed;
  private final DataOutputStream out;
  private final byte[] between = new byte[AT_ONCE];
  private int have;
  private boolean givenUp;

  /** Writes to {@code file}, which closes with it. */
  SkeletonWriter(OutputStream file) {
    this.file = new Counted(file);
    try {
      this.compressed = new Compressed(this.file);
      this.out = new DataOutputStream(new BufferedOutputStream(compressed, AT_ONCE));
      out.writeInt(Skeleton.MAGIC);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void between(byte[] buffer, int offset, int length) {
    for (int done = 0; done < length && !givenUp; ) {
      if (have == between.length) {
        flush();
      }
      int more = Math.min(length - done, between.length - have);
      System.arraycopy(buffer, offset + done, between, have, more);
      have += more;
      done += more;
    }
  }

  private void flush() {
    if (have > 0) {
      try {
        out.writeByte(Skeleton.BETWEEN);
        out.writeInt(have);
        out.write(between, 0, have);
      } catch (IOException e) {
        throw failed(e);
      }
      have = 0;
      givenUp |= file.count > MOST;
    }
  }

  @Override
  public void contents(List<FileName> path, List<Extent> extents) {
    if (extents.isEmpty() || givenUp) {
      return;
    }
    flush();
    byte[] name = FilePath.of(path).value().toArray();
    try {
      out.writeByte(Skeleton.CONTENTS);
      out.writeShort(name.length);
      out.write(name);
      out.writeInt(extents.size());
      for (Extent extent : extents) {
        out.writeLong(extent.offset());
        out.writeLong(extent.length());
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void replaced() {
    givenUp = true;
  }

  /** Writes the end. False if the archive could not be made again from this. */
  boolean finish() {
    flush();
    try {
      out.writeByte(Skeleton.END);
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
    return !givenUp;
  }

  /** The kernel's word, where it is the reason. */
  private static RuntimeException failed(IOException e) {
    return e.getCause() instanceof SyscallException why ? why : new UncheckedIOException(e);
  }

  @Override
  public void close() {
    compressed.end();
    try {
      file.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Speed before size: it is written while somebody waits for an image. */
  private static final class Compressed extends GZIPOutputStream {
    Compressed(OutputStream out) throws IOException {
      super(out, AT_ONCE);
      def.setLevel(Deflater.BEST_SPEED);
    }

    void end() {
      def.end();
    }
  }

  private static final class Counted extends FilterOutputStream {
    private long count;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      count += length;
    }
  }
}
