package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for changes of {@code cgroup.events}: the kernel wakes who polls it (cgroup-v2.rst). In
 * version 1, which has no such file, it waits a growing moment.
 */
final class CgroupEvents implements AutoCloseable {
  static final int POLLFD_SIZE = 8; // sizeof (struct pollfd)

  private static final short POLLPRI = 2; // asm-generic/poll.h
  private static final long MILLI = 1_000_000;
  private static final long LONGEST_PAUSE = 20 * MILLI;

  private final Fd events;
  private final boolean wakes;
  private long pause = MILLI / 4;

  private CgroupEvents(Fd events, boolean wakes) {
    this.events = events;
    this.wakes = wakes;
  }

  static CgroupEvents of(CgroupFolder folder) {
    String file =
        folder.path().resolve(folder.unified() ? "cgroup.events" : "cgroup.procs").toString();
    return new CgroupEvents(Procfs.open(file, OpenFlags.O_RDONLY), folder.unified());
  }

  /** Returns after a change since the last call, or when {@code deadline} (nanoTime) has passed. */
  void await(long deadline) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      return;
    }
    if (!wakes) {
      sleep(Math.min(pause, left));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment poll = arena.allocate(POLLFD_SIZE, Integer.BYTES);
      poll.set(ValueLayout.JAVA_INT, 0, events.number());
      poll.set(ValueLayout.JAVA_SHORT, 4, POLLPRI);
      long result = Kernel.call(Nr.POLL, poll.address(), 1, left / MILLI + 1);
      if (result != -Errno.EINTR.number()) {
        Kernel.check(result, () -> "wait for events of a control group");
      }
      // reading takes the news: without it the next poll returns at once
      int length = 256;
      Kernel.call(Nr.PREAD64, events.number(), arena.allocate(length).address(), length, 0);
    }
  }

  static void sleep(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  @Override
  public void close() {
    events.close();
  }
}
