package polder.api.server;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A request's body that its client must send at {@value #LEAST} bytes a second on average, once it
 * was waited for longer than the patience: who trickles would hold a thread for ever.
 *
 * <p>Only time spent waiting for the client counts; how long the work on what came takes is not the
 * client's fault.
 */
final class PacedBody extends FilterInputStream {
  private static final long LEAST = 1024;

  /** The client was waited for long enough. */
  static final class TooSlow extends IOException {
    private static final long serialVersionUID = 1;

    TooSlow(Duration patience) {
      super(
          "the body was waited for longer than %d s and came slower than %d bytes a second"
              .formatted(patience.toSeconds(), LEAST));
    }
  }

  private final Duration patience;
  private final LongSupplier clock;
  private volatile long waited; // ns, without the read that is going on
  private volatile long bytes;
  private volatile long since = -1; // when that read began; -1 for none

  /** Gives {@code body} so much patience; {@code clock} counts nanoseconds. */
  PacedBody(InputStream body, Duration patience, LongSupplier clock) {
    super(body);
    this.patience = patience;
    this.clock = clock;
  }

  /** Whether it is waited for and the patience is at its end; for any thread. */
  boolean overdue() {
    long begun = since;
    return begun >= 0 && tooSlow(waited + (clock.getAsLong() - begun));
  }

  private boolean tooSlow(long nanos) {
    return nanos >= patience.toNanos() && bytes < nanos / 1_000_000_000.0 * LEAST;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads; others only look
  public int read(byte[] into, int offset, int length) throws IOException {
    long begun = Math.max(0, clock.getAsLong());
    since = begun;
    int count;
    try {
      count = super.read(into, offset, length);
    } catch (IOException e) {
      if (overdue()) {
        TooSlow slow = new TooSlow(patience);
        slow.initCause(e);
        throw slow;
      }
      throw e;
    } finally {
      waited += clock.getAsLong() - begun;
      since = -1;
    }
    bytes += Math.max(0, count);
    if (count >= 0 && tooSlow(waited)) {
      throw new TooSlow(patience);
    }
    return count;
  }
}
