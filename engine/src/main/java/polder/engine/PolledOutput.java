package polder.engine;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.linux.Epoll;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.SyscallException;

/**
 * Writes to a pipe or terminal, and waits for it where waiting costs nothing. It owns the
 * descriptor.
 */
final class PolledOutput extends OutputStream {
  /** A pipe that can be written to has room for a page; a terminal's line for this at least. */
  private static final int PIPE_AT_ONCE = 4096;

  private static final int TERMINAL_AT_ONCE = 256;

  private final Lookout lookout;
  private final Fd fd;
  private final int atOnce;
  private final ReentrantLock writing = new ReentrantLock();
  private final Condition ready = writing.newCondition();
  private Lookout.@Nullable Watched watched;
  private boolean told;
  private boolean closed;

  PolledOutput(Lookout lookout, Fd fd, boolean terminal) {
    this.lookout = lookout;
    this.fd = fd;
    this.atOnce = terminal ? TERMINAL_AT_ONCE : PIPE_AT_ONCE;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    writing.lock();
    try {
      for (int done = 0; done < length; ) {
        await();
        // somebody else may have filled it since we were told that there is room
        done += fd.writeSome(buffer, offset + done, Math.min(atOnce, length - done));
      }
    } catch (SyscallException e) {
      throw new IOException(
          e.errno().equals(Errno.EPIPE) ? "nobody reads this input any more" : e.getMessage(), e);
    } finally {
      writing.unlock();
    }
  }

  private void await() throws IOException {
    told = false;
    if (closed) {
      throw new IOException("the input is closed");
    }
    if (watched == null) {
      watched = lookout.watch(fd, Epoll.WRITABLE, true, this::tell);
    } else {
      watched.arm();
    }
    try {
      while (!told) {
        if (closed) {
          throw new IOException("the input is closed");
        }
        ready.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for input to be read");
    }
  }

  private void tell() {
    writing.lock();
    try {
      told = true;
      ready.signalAll();
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        ready.signalAll();
        if (watched != null) {
          watched.close();
        }
        fd.close();
      }
    } finally {
      writing.unlock();
    }
  }
}
