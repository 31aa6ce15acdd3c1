package polder.api.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/** A connection that Jetty gave up, with streams that block. */
final class JettyHijack extends AbstractConnection implements Connection.UpgradeTo, Hijack {
  private final EndPoint endPoint;
  private final Executor workers;
  private final Exchange.HijackHandler handler;
  private final InputStream in = new In();
  private final OutputStream out = new Out();
  private final AtomicBoolean begun = new AtomicBoolean();
  private ByteBuffer buffer = BufferUtil.allocate(8_192);

  JettyHijack(EndPoint endPoint, Executor workers, Exchange.HijackHandler handler) {
    super(endPoint, workers);
    this.endPoint = endPoint;
    this.workers = workers;
    this.handler = handler;
  }

  /** What Jetty had read already when the upgrade came. */
  @Override
  public void onUpgradeTo(ByteBuffer early) {
    if (early.remaining() > buffer.capacity()) {
      buffer = BufferUtil.allocate(early.remaining());
    }
    BufferUtil.append(buffer, early);
  }

  @Override
  public void onOpen() {
    super.onOpen();
    endPoint.setIdleTimeout(0); // a console may be quiet for days
    workers.execute(this::run);
  }

  /**
   * The client went before the upgrade came: the handler runs all the same, on a connection that is
   * closed, and lets go of what it holds.
   */
  void abandon() {
    endPoint.close();
    workers.execute(this::run);
  }

  private void run() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    try (this) {
      handler.run(this);
    } catch (IOException e) {
      // the client is gone; the handler has cleaned up
    }
  }

  @Override
  public void onFillable() {
    throw new IllegalStateException("reads are asked for one by one, with callbacks of their own");
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public void close() {
    super.close();
  }

  private void wait(Consumer<Callback> operation) throws IOException {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    operation.accept(
        Callback.from(
            InvocationType.NON_BLOCKING, () -> done.complete(true), done::completeExceptionally));
    if (!endPoint.isOpen()) { // it may have told those who waited before we did
      done.completeExceptionally(new ClosedChannelException());
    }
    try {
      done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      throw new IOException("the connection is gone: " + e.getCause(), e);
    }
  }

  private final class In extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (!BufferUtil.hasContent(buffer)) {
        BufferUtil.clear(buffer);
        int count = endPoint.fill(buffer);
        if (count < 0) {
          return -1;
        }
        if (count == 0) {
          JettyHijack.this.wait(endPoint::fillInterested);
        }
      }
      int count = Math.min(length, buffer.remaining());
      buffer.get(into, offset, count);
      return count;
    }
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      JettyHijack.this.wait(
          callback -> endPoint.write(callback, ByteBuffer.wrap(bytes, offset, length)));
    }

    @Override
    public void close() {
      endPoint.shutdownOutput();
    }
  }
}
