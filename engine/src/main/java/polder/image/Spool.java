package polder.image;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import polder.image.oci.Digest;
import polder.linux.Directory;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.Compression;

/** A blob that goes out: in a file without a name, which a killed process does not leave behind. */
final class Spool implements AutoCloseable {
  private static final int AT_ONCE = 128 << 10;

  private final RegularFile file;
  private final Digest content;
  private final Digest digest;
  private final long size;

  private Spool(RegularFile file, Digest content, Digest digest, long size) {
    this.file = file;
    this.content = content;
    this.digest = digest;
    this.size = size;
  }

  /** Writes what a blob holds. */
  @FunctionalInterface
  interface Writer {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Takes in what {@code writer} writes.
   *
   * @param place where there is room for it; stays the caller's
   */
  static Spool of(Directory place, Compression compression, Writer writer) {
    RegularFile file = temporary(place);
    try {
      Counted counted = new Counted(file.output(), StoredImage.sha256());
      DigestOutputStream plain =
          new DigestOutputStream(
              Compressor.over(new BufferedOutputStream(counted, AT_ONCE), compression),
              StoredImage.sha256());
      try (plain) {
        writer.write(plain);
      }
      return new Spool(
          file,
          Digest.sha256(plain.getMessageDigest().digest()),
          Digest.sha256(counted.hash.digest()),
          counted.count);
    } catch (IOException e) {
      file.close();
      throw Refusal.unwritten("cannot write a blob", e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static RegularFile temporary(Directory place) {
    try {
      return place.temporary(0600);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot make a file for a blob", e);
    }
  }

  /** The digest of what was written. */
  Digest content() {
    return content;
  }

  /** The digest of what that is compressed. */
  Digest digest() {
    return digest;
  }

  /** How many bytes it is compressed. */
  long size() {
    return size;
  }

  /** It compressed, from that byte on. Several may be open at once, until this is closed. */
  InputStream open(long offset) {
    return new InputStream() {
      private long at = offset;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int start, int length) {
        if (length == 0) {
          return 0;
        }
        int got = file.read(at, buffer, start, length);
        at += got;
        return got == 0 ? -1 : got;
      }
    };
  }

  @Override
  public void close() {
    file.close();
  }

  /** Its end is not the file's: that is read afterwards. */
  private static final class Counted extends FilterOutputStream {
    private final MessageDigest hash;
    private long count;

    Counted(OutputStream out, MessageDigest hash) {
      super(out);
      this.hash = hash;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      hash.update(buffer, offset, length);
      count += length;
    }

    @Override
    public void close() {}
  }
}
