package polder.api.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/** A request's body that another thread reads, and that says when it has been read. */
final class UploadStream extends FilterInputStream {
  private final CountDownLatch over = new CountDownLatch(1);

  UploadStream(InputStream body) {
    super(body);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (over.getCount() == 0) {
      return -1; // the request is over, and its body no longer ours
    }
    try {
      int count = super.read(into, offset, length);
      if (count < 0) {
        over.countDown();
      }
      return count;
    } catch (IOException e) {
      over.countDown();
      throw e;
    }
  }

  /** Nothing more will be read. */
  @Override
  public void close() {
    over.countDown();
  }

  /** Waits until nothing more will be read. */
  void await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
