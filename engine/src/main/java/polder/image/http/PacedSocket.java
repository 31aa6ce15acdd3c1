package polder.image.http;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A socket that fails when the other side is too slow. TLS goes on top of it: a record that
 * trickles is a read that does not end, and no limit above TLS would see it.
 */
final class PacedSocket extends Socket {
  private static final int PIECE = 1 << 16; // what has to be taken by the other side at once

  private final Pace pace;
  private final long idle; // nanoseconds
  private @Nullable InputStream in;
  private @Nullable OutputStream out;
  private long waited; // nanoseconds, for the bytes of this window
  private long came; // bytes of this window

  PacedSocket(Pace pace) {
    this.pace = pace;
    this.idle = pace.idle().toNanos();
  }

  /** From now on the other side has its whole time again: something new is asked of it. */
  void begin() {
    waited = 0;
    came = 0;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    InputStream now = in;
    if (now == null) {
      now = new Reading(super.getInputStream());
      in = now;
    }
    return now;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream now = out;
    if (now == null) {
      now = new Writing(super.getOutputStream());
      out = now;
    }
    return now;
  }

  private SocketTimeoutException late() {
    return new SocketTimeoutException(
        "it sent less than %d bytes in %s s".formatted(Pace.LEAST, seconds()));
  }

  private String seconds() {
    return String.valueOf(Math.max(1, pace.idle().toSeconds()));
  }

  private final class Reading extends FilterInputStream {
    Reading(InputStream socket) {
      super(socket);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      long left = idle - waited;
      if (left <= 0) {
        throw late();
      }
      setSoTimeout(Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(left) + 1));
      long from = System.nanoTime();
      int got;
      try {
        got = in.read(buffer, offset, length);
      } catch (SocketTimeoutException e) {
        waited = idle;
        SocketTimeoutException late = late();
        late.initCause(e);
        throw late;
      }
      waited += System.nanoTime() - from;
      came += Math.max(0, got);
      if (came >= Pace.LEAST) {
        begin();
      }
      return got;
    }
  }

  /** A write to who does not read blocks for good, and SO_TIMEOUT is not for writes. */
  private final class Writing extends FilterOutputStream {
    private final AtomicLong writing = new AtomicLong(); // odd while a write goes on
    private final Executor later =
        CompletableFuture.delayedExecutor(pace.idle().toMillis(), TimeUnit.MILLISECONDS);

    Writing(OutputStream socket) {
      super(socket);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      for (int done = 0; done < length; done += PIECE) {
        piece(buffer, offset + done, Math.min(PIECE, length - done));
      }
      begin();
    }

    private void piece(byte[] buffer, int offset, int length) throws IOException {
      long mine = writing.incrementAndGet();
      later.execute(() -> giveUp(mine));
      try {
        out.write(buffer, offset, length);
      } catch (IOException e) {
        if (isClosed()) {
          throw new SocketTimeoutException("it took nothing in " + seconds() + " s");
        }
        throw e;
      } finally {
        writing.incrementAndGet();
      }
    }

    private void giveUp(long which) {
      if (writing.get() == which) {
        try {
          PacedSocket.this.close();
        } catch (IOException e) {
          // it is closed, or its descriptor is gone
        }
      }
    }
  }
}
