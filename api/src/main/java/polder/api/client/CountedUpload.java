package polder.api.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import polder.model.Progress;

/** A body that tells how much of it was sent. */
final class CountedUpload extends FilterInputStream {
  private final Progress progress;
  private long sent;

  CountedUpload(InputStream in, Progress progress) {
    super(in);
    this.progress = progress;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    sent += Math.max(0, count);
    progress.report("sending", sent, -1);
    return count;
  }
}
