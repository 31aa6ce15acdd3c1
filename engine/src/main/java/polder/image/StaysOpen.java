package polder.image;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Passes everything on but its own end: for a stream that is the caller's. */
final class StaysOpen extends FilterOutputStream {
  StaysOpen(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    out.write(buffer, offset, length);
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
