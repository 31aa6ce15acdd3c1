package polder.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.linux.Epoll;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.SyscallException;

/**
 * Reads a pipe or terminal, and waits for it where waiting costs nothing. It owns the descriptor.
 */
final class PolledInput extends InputStream {
  private static final int AT_ONCE = 64 << 10;

  private final Lookout lookout;
  private final Fd fd;
  private final ReentrantLock reading = new ReentrantLock();
  private final Condition ready = reading.newCondition();
  private Lookout.@Nullable Watched watched;
  private boolean told;
  private boolean closed;

  PolledInput(Lookout lookout, Fd fd) {
    this.lookout = lookout;
    this.fd = fd;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    reading.lock();
    try {
      if (length == 0) {
        return 0;
      }
      await();
      if (closed) {
        return -1;
      }
      int got = fd.read(buffer, offset, Math.min(length, AT_ONCE));
      return got == 0 ? -1 : got;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EIO)) {
        return -1; // a terminal that nobody has open any more
      }
      throw new IOException(e.getMessage(), e);
    } finally {
      reading.unlock();
    }
  }

  private void await() throws IOException {
    told = false;
    if (closed) {
      return;
    }
    if (watched == null) {
      watched = lookout.watch(fd, Epoll.READABLE, true, this::tell);
    } else {
      watched.arm();
    }
    try {
      while (!told && !closed) {
        ready.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for output");
    }
  }

  private void tell() {
    reading.lock();
    try {
      told = true;
      ready.signalAll();
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() {
    reading.lock();
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
      reading.unlock();
    }
  }
}
