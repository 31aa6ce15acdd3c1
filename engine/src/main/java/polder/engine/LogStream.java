package polder.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One stream of what a zone writes from a certain place of its log on, to the end of its main
 * process.
 *
 * <p>It is read from the log, so a slow reader costs no memory and holds nobody up. Who is slower
 * than what the log keeps loses the stream.
 */
final class LogStream extends InputStream {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private final ZoneLog log;
  private final int kind;
  private final LogReader reader;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile boolean closed;
  private byte[] piece = new byte[0];
  private int at;
  private boolean ended;

  LogStream(ZoneLog log, ZoneLog.Place from, int kind) {
    this.log = log;
    this.kind = kind;
    this.reader = new LogReader(log, from);
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
      while (at == piece.length) {
        long told = log.tellings();
        if (ended || closed) {
          reader.close();
          return -1;
        }
        fill(told);
      }
      int some = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, buffer, offset, some);
      at += some;
      return some;
    } finally {
      reading.unlock();
    }
  }

  @Override
  public int available() {
    return piece.length - at;
  }

  private void fill(long told) throws IOException {
    try {
      Optional<LogReader.Piece> next = reader.next();
      if (next.isPresent()) {
        ended = next.get().kind() == LogIndex.END;
        if (next.get().kind() == kind) {
          piece = next.get().bytes();
          at = 0;
        }
      } else if (log.closed()) {
        ended = true;
      } else {
        log.await(reader.place(), told, PATIENCE);
      }
    } catch (LogReader.SlowReaderException e) {
      throw new IOException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a zone's output");
    }
  }

  /** No more is read; whoever is waiting comes back at the next output, or when told. */
  @Override
  public void close() {
    closed = true;
    log.tell();
    reading.lock(); // soon: who waits has been told
    try {
      reader.close();
    } finally {
      reading.unlock();
    }
  }
}
