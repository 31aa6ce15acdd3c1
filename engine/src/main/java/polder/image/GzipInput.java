package polder.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Undoes gzip (RFC 1952), of one member or many, and checks each one's sum and length.
 *
 * <p>The JDK's own asks its source whether more is {@code available} to decide whether a member
 * follows, takes whatever else follows for the end, and does not count.
 */
final class GzipInput extends InputStream {
  private static final int EMPTY_AT_MOST = 1000; // members in a row without contents
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;
  private static final int TEXT_AT_MOST = 64 << 10;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private final byte[] buffer = new byte[64 << 10];
  private int at;
  private int have;
  private boolean inMember;
  private boolean ended;
  private int empty;

  GzipInput(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
  }

  @Override
  public int read(byte[] out, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember && !begin()) {
        break;
      }
      int got = inflate(out, offset, length);
      if (got > 0) {
        empty = 0;
        return got;
      }
    }
    ended = true;
    return -1;
  }

  private int inflate(byte[] out, int offset, int length) throws IOException {
    try {
      int got = inflater.inflate(out, offset, length);
      sum.update(out, offset, got);
      if (inflater.finished()) {
        end();
      } else if (got == 0) {
        if (inflater.needsDictionary()) {
          throw new IOException("gzip: the data asks for a dictionary");
        }
        fill();
        if (have == 0) {
          throw new EOFException("gzip: the data is cut off");
        }
        inflater.setInput(buffer, 0, have);
        at = have;
      }
      return got;
    } catch (DataFormatException e) {
      throw new IOException("gzip: the data is damaged: " + e.getMessage(), e);
    }
  }

  /** Reads a member's header; answers false at the end of the stream. */
  private boolean begin() throws IOException {
    int first = next();
    while (first == 0) { // gzip itself ignores zeroes at the end, which tapes have
      first = next();
    }
    if (first < 0) {
      return false;
    }
    if (first != 0x1f || need() != 0x8b || need() != 8) {
      throw new IOException("gzip: something else follows the data");
    }
    int flags = need();
    for (int i = 0; i < 6; i++) { // time, extra flags, system
      need();
    }
    if ((flags & FEXTRA) != 0) {
      int length = need() | need() << 8;
      for (int i = 0; i < length; i++) {
        need();
      }
    }
    skipText(flags & FNAME);
    skipText(flags & FCOMMENT);
    if ((flags & FHCRC) != 0) {
      need();
      need();
    }
    if (++empty > EMPTY_AT_MOST) {
      throw new IOException(
          "gzip: more than " + EMPTY_AT_MOST + " empty members follow each other");
    }
    inflater.reset();
    inflater.setInput(buffer, at, have - at);
    at = have;
    sum.reset();
    inMember = true;
    return true;
  }

  private void skipText(int flag) throws IOException {
    int length = 0;
    while (flag != 0 && need() != 0) {
      if (++length > TEXT_AT_MOST) {
        throw new IOException("gzip: a name of more than " + TEXT_AT_MOST + " bytes");
      }
    }
  }

  private void end() throws IOException {
    at = have - inflater.getRemaining();
    long told = 0;
    for (int i = 0; i < 8; i++) {
      told |= (long) need() << (8 * i);
    }
    if ((told & 0xffff_ffffL) != sum.getValue()
        || told >>> 32 != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw new IOException("gzip: the data is damaged: its sum or length is wrong");
    }
    inMember = false;
  }

  private int need() throws IOException {
    int value = next();
    if (value < 0) {
      throw new EOFException("gzip: the data is cut off");
    }
    return value;
  }

  private int next() throws IOException {
    if (at == have) {
      fill();
    }
    return have == 0 ? -1 : buffer[at++] & 0xff;
  }

  private void fill() throws IOException {
    have = Math.max(in.read(buffer, 0, buffer.length), 0);
    at = 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
