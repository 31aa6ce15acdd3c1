package polder.engine;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import polder.linux.Epoll;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.SyscallException;

/**
 * Moves what is shown on a zone's terminal to its log. The zone's first process holds the terminal
 * too, so that it outlives us; what we had read and not written when we died is lost.
 */
final class TerminalLog implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Hall hall;
  private final Fd master;
  private final ZoneLog log;
  private final ReentrantLock reading = new ReentrantLock();
  private final byte[] buffer = new byte[64 << 10];
  private final Lookout.Watched watched;
  private boolean closed;

  /** Reads {@code master} from now on, and owns it. */
  TerminalLog(Hall hall, Fd master, ZoneLog log) {
    this.hall = hall;
    this.master = master;
    this.log = log;
    reading.lock(); // it may be ready before it is known what is watched
    try {
      this.watched = hall.streams().watch(master, Epoll.READABLE, true, this::ready);
    } finally {
      reading.unlock();
    }
  }

  private void ready() {
    reading.lock();
    try {
      if (!closed) {
        if (read()) {
          watched.arm();
        } else {
          // nobody has it open now; somebody may again
          hall.timers().after(PAUSE, this::again);
        }
      }
    } finally {
      reading.unlock();
    }
  }

  private void again() {
    reading.lock();
    try {
      if (!closed) {
        watched.arm();
      }
    } finally {
      reading.unlock();
    }
  }

  /** Moves some; false if there is nothing and nobody who could write. */
  private boolean read() {
    try {
      int got = master.read(buffer, 0, buffer.length);
      log.append(LogIndex.STDOUT, buffer, got);
      return got > 0;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EIO) || e.errno().equals(Errno.EAGAIN)) {
        return false;
      }
      throw e;
    }
  }

  /** Moves what there is, once all who wrote have ended. */
  void drain() {
    reading.lock();
    try {
      if (!closed) {
        master.setBlocking(false);
        while (read()) {
          // until nothing is left
        }
      }
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() {
    reading.lock();
    try {
      closed = true;
      watched.close();
      master.close();
    } finally {
      reading.unlock();
    }
  }
}
