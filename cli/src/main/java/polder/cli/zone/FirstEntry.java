package polder.cli.zone;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a tar stream what kind its first entry is, and breaks the stream off: {@code polder cp}
 * asks so whether a path in a zone is a directory, without having it all sent.
 */
final class FirstEntry extends OutputStream {
  /** What tells the sender that enough was seen. */
  static final class Seen extends IOException {
    private static final long serialVersionUID = 1;

    Seen() {
      super("the first entry was seen");
    }
  }

  private static final int BLOCK = 512; // ustar, pax(1)
  private static final int SIZE_AT = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int TYPE_AT = 156;

  private final byte[] header = new byte[BLOCK];
  private int filled;
  private long skip;
  private @Nullable Character type;

  /** The type flag, such as '0' for a file, '5' for a directory, '2' for a link; null if none. */
  @Nullable Character type() {
    return type;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (type != null) {
        throw new Seen();
      }
      if (skip > 0) {
        int step = (int) Math.min(skip, end - at);
        skip -= step;
        at += step;
        continue;
      }
      int step = Math.min(BLOCK - filled, end - at);
      System.arraycopy(bytes, at, header, filled, step);
      filled += step;
      at += step;
      if (filled == BLOCK) {
        filled = 0;
        header();
      }
    }
    if (type != null) {
      throw new Seen();
    }
  }

  private void header() {
    char flag = (char) header[TYPE_AT];
    if (flag == 'x' || flag == 'g' || flag == 'L' || flag == 'K') {
      long size = 0;
      for (int i = SIZE_AT; i < SIZE_AT + SIZE_LENGTH; i++) {
        if (header[i] >= '0' && header[i] <= '7') {
          size = size * 8 + (header[i] - '0');
        }
      }
      skip = (size + BLOCK - 1) / BLOCK * BLOCK;
    } else {
      type = flag == 0 ? '0' : flag;
    }
  }
}
