package polder.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;
import polder.linux.Zstd;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The contents of a file that may be compressed, which its first bytes say: gzip, xz, zstd or
 * plain.
 *
 * <p>Reading stops with an exception where more comes out than {@link Limits} allows for what went
 * in, or where memory for it would go beyond them.
 */
public final class Decompression extends InputStream {
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] XZ = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] BZIP2 = {'B', 'Z', 'h'};
  private static final int LONGEST_MAGIC = 6;
  private static final int ZSTD_SKIPPABLE = 0x50; // to 0x5f, and then 2a 4d 18

  private final Counted compressed;
  private final InputStream contents;
  private final Limits limits;
  private final boolean isPlain;
  private long came;

  private Decompression(Counted compressed, InputStream contents, Limits limits, boolean isPlain) {
    this.compressed = compressed;
    this.contents = contents;
    this.limits = limits;
    this.isPlain = isPlain;
  }

  /**
   * Looks at the beginning of {@code file}, which closes with the result.
   *
   * @throws PolderException UNSUPPORTED if this host cannot read it, with what is missing
   */
  public static Decompression of(InputStream file, Limits limits) {
    Counted counted = new Counted(file);
    PushbackInputStream in = new PushbackInputStream(counted, LONGEST_MAGIC);
    try {
      byte[] magic = in.readNBytes(LONGEST_MAGIC);
      in.unread(magic);
      int memoryLog = 63 - Long.numberOfLeadingZeros(limits.memoryBytes());
      if (starts(magic, GZIP)) {
        return new Decompression(counted, new GzipInput(in), limits, false);
      }
      if (starts(magic, XZ)) {
        int kib = (int) Math.min(limits.memoryBytes() >> 10, Integer.MAX_VALUE);
        return new Decompression(counted, new XZInputStream(in, kib), limits, false);
      }
      if (starts(magic, ZSTD) || isSkippable(magic)) {
        if (!Zstd.isAvailable()) {
          throw new PolderException(
              ErrorKind.UNSUPPORTED,
              "the archive is compressed by zstd, and this host has no libzstd.so.1: install the"
                  + " package libzstd1");
        }
        int windowLog = Math.clamp(memoryLog, 10, 31);
        return new Decompression(counted, Zstd.decompress(in, windowLog), limits, false);
      }
      if (starts(magic, BZIP2)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "the archive is compressed by bzip2; plain, gzip, xz and zstd can be read");
      }
      return new Decompression(counted, in, limits, true);
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    }
  }

  private static boolean starts(byte[] data, byte[] magic) {
    return data.length >= magic.length
        && Arrays.equals(data, 0, magic.length, magic, 0, magic.length);
  }

  private static boolean isSkippable(byte[] data) {
    return data.length >= 4
        && (data[0] & 0xf0) == ZSTD_SKIPPABLE
        && data[1] == 0x2a
        && data[2] == 0x4d
        && data[3] == 0x18;
  }

  /** How many bytes of the file were read so far. */
  public long compressedBytes() {
    return compressed.count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new PolderException(ErrorKind.WRONG_STATE, "reading the archive was interrupted");
    }
    int got;
    try {
      got = contents.read(buffer, offset, length);
    } catch (MemoryLimitException e) {
      throw Refusal.invalid(
          "the archive asks for %d MiB of memory to be read; %d are allowed",
          e.getMemoryNeeded() >> 10, limits.memoryBytes() >> 20);
    }
    if (got > 0) {
      came += got;
      if (!isPlain && came > limits.ratioFrom() && came / limits.ratio() > compressed.count) {
        throw Refusal.invalid(
            "the archive holds more than %d times its compressed size: it looks like a bomb",
            limits.ratio());
      }
    }
    return got;
  }

  @Override
  public void close() throws IOException {
    contents.close();
  }

  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value >= 0 ? 1 : 0;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int got = super.read(buffer, offset, length);
      count += Math.max(got, 0);
      return got;
    }
  }
}
