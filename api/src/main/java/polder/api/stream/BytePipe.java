package polder.api.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bytes from one thread to another through a bounded buffer: who writes waits while it is full, who
 * reads waits while it is empty.
 *
 * <p>Unlike the JDK's piped streams it does not care which threads come and go: an end is closed
 * when somebody closes it.
 */
public final class BytePipe {
  private static final int FIRST = 1024; // most sessions carry little, and there are many

  private final ReentrantLock buffer = new ReentrantLock();
  private final Condition changed = buffer.newCondition();
  private final int capacity;
  private byte[] bytes;
  private int start;
  private int size;
  private boolean ended;
  private boolean abandoned;
  private @Nullable IOException failure;

  /** A pipe that holds {@code capacity} bytes; it takes the memory when it needs it. */
  public BytePipe(int capacity) {
    this.capacity = capacity;
    bytes = new byte[Math.min(capacity, FIRST)];
  }

  /** The end to read from. Closing it breaks the pipe for who writes. */
  public InputStream in() {
    return new Reader();
  }

  /** The end to write to. Closing it is the end for who reads, after what is in the pipe. */
  public OutputStream out() {
    return new Writer();
  }

  /** Ends the pipe at once, for both, with {@code reason}; what is in it can still be read. */
  public void fail(IOException reason) {
    buffer.lock();
    try {
      if (!ended && failure == null) {
        failure = reason;
      }
      changed.signalAll();
    } finally {
      buffer.unlock();
    }
  }

  private int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    lock();
    try {
      while (size == 0 && !ended && failure == null && !abandoned) {
        await();
      }
      if (abandoned) {
        throw new IOException("the stream is closed");
      }
      if (size == 0) {
        if (failure != null) {
          throw new IOException(failure.getMessage(), failure);
        }
        return -1;
      }
      int count = Math.min(Math.min(length, size), bytes.length - start);
      System.arraycopy(bytes, start, into, offset, count);
      start = (start + count) % bytes.length;
      size -= count;
      changed.signalAll();
      return count;
    } finally {
      buffer.unlock();
    }
  }

  private void write(byte[] from, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, from.length);
    int done = 0;
    lock();
    try {
      while (done < length) {
        while (size == capacity && !ended && failure == null && !abandoned) {
          await();
        }
        if (failure != null) {
          throw new IOException(failure.getMessage(), failure);
        }
        if (ended || abandoned) {
          throw new IOException(abandoned ? "broken pipe" : "the stream is closed");
        }
        if (size == bytes.length) {
          grow(length - done);
        }
        int end = (start + size) % bytes.length;
        int room = Math.min(bytes.length - size, bytes.length - end);
        int count = Math.min(room, length - done);
        System.arraycopy(from, offset + done, bytes, end, count);
        size += count;
        done += count;
        changed.signalAll();
      }
    } finally {
      buffer.unlock();
    }
  }

  private void grow(int wanted) {
    byte[] larger = new byte[(int) Math.min(capacity, Math.max(2L * size, (long) size + wanted))];
    int first = Math.min(size, bytes.length - start);
    System.arraycopy(bytes, start, larger, 0, first);
    System.arraycopy(bytes, 0, larger, first, size - first);
    bytes = larger;
    start = 0;
  }

  private void lock() throws InterruptedIOException {
    try {
      buffer.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // both callers loop
  private void await() throws InterruptedIOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  private final class Reader extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return length == 0 ? 0 : BytePipe.this.read(into, offset, length);
    }

    @Override
    public int available() {
      buffer.lock();
      try {
        return abandoned ? 0 : size;
      } finally {
        buffer.unlock();
      }
    }

    @Override
    public void close() {
      buffer.lock();
      try {
        abandoned = true;
        size = 0;
        changed.signalAll();
      } finally {
        buffer.unlock();
      }
    }
  }

  private final class Writer extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      BytePipe.this.write(from, offset, length);
    }

    @Override
    public void close() {
      buffer.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        buffer.unlock();
      }
    }
  }
}
