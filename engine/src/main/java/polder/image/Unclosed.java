package polder.image;

import java.io.FilterInputStream;
import java.io.InputStream;

/** Passes everything on but its own end: for a stream that is the caller's. */
final class Unclosed extends FilterInputStream {
  Unclosed(InputStream in) {
    super(in);
  }

  @Override
  public void close() {}
}
