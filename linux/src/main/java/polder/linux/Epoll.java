package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for many descriptors at once: epoll(7).
 *
 * <p>Remove a descriptor before it is closed: the kernel knows the open file, and may have it
 * elsewhere still.
 */
public final class Epoll implements AutoCloseable {
  /** Ready to be read, or at its end: a pidfd whose process has ended, a pipe without writers. */
  public static final int READABLE = 0x1; // EPOLLIN, linux/eventpoll.h

  /** Something out of the ordinary, such as a change of a kernel file. */
  public static final int PRIORITY = 0x2; // EPOLLPRI

  /** Ready to be written to. */
  public static final int WRITABLE = 0x4; // EPOLLOUT

  /** Reported whether asked for or not. */
  public static final int ERROR = 0x8; // EPOLLERR

  /** The other side is gone. Reported whether asked for or not. */
  public static final int HANGUP = 0x10; // EPOLLHUP

  /** Report once, then be silent until {@link #change}. */
  public static final int ONCE = 1 << 30; // EPOLLONESHOT

  /** sizeof (struct epoll_event), which is packed on x86-64. */
  static final int EVENT_SIZE = 12;

  static final int TOKEN_OFFSET = 4;

  private static final int ADD = 1; // EPOLL_CTL_
  private static final int DELETE = 2;
  private static final int MODIFY = 3;
  private static final int MOST_EVENTS = 64;
  private static final int SIGSET_SIZE = 8;

  private final Fd epoll;

  private Epoll(Fd epoll) {
    this.epoll = epoll;
  }

  /**
   * What is ready.
   *
   * @param token what was given with the descriptor
   * @param events some of the bits above
   */
  public record Ready(long token, int events) {
    /** Whether one of {@code events} happened. */
    public boolean any(int events) {
      return (this.events & events) != 0;
    }
  }

  /** One that waits for nothing yet. */
  public static Epoll open() {
    return new Epoll(
        new Fd(
            Kernel.check(
                Kernel.call(Nr.EPOLL_CREATE1, OpenFlags.O_CLOEXEC), () -> "make an epoll")));
  }

  /**
   * Waits for {@code events} of {@code fd} too.
   *
   * @throws SyscallException EPERM if it is a file or directory, which are always ready; EEXIST
   */
  public void add(Fd fd, int events, long token) {
    control(ADD, fd, events, token);
  }

  /** Waits for other events of {@code fd} from now on, or once more. */
  public void change(Fd fd, int events, long token) {
    control(MODIFY, fd, events, token);
  }

  /** Waits for {@code fd} no longer. */
  public void remove(Fd fd) {
    control(DELETE, fd, 0, 0);
  }

  private void control(int operation, Fd fd, int events, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT_SIZE, Integer.BYTES);
      event.set(ValueLayout.JAVA_INT, 0, events);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, TOKEN_OFFSET, token);
      Kernel.check(
          Kernel.call(Nr.EPOLL_CTL, epoll.number(), operation, fd.number(), event.address()),
          () -> "wait for " + fd);
    }
  }

  /** Waits until something is ready, or {@code limit} has passed, which gives an empty list. */
  public List<Ready> await(Duration limit) {
    return await((int) Math.min(limit.plusNanos(999_999).toMillis(), Integer.MAX_VALUE));
  }

  /** Waits until something is ready. */
  public List<Ready> await() {
    return await(-1);
  }

  private List<Ready> await(int millis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate((long) EVENT_SIZE * MOST_EVENTS, Integer.BYTES);
      long result =
          Kernel.call(
              Nr.EPOLL_PWAIT,
              epoll.number(),
              events.address(),
              MOST_EVENTS,
              millis,
              0,
              SIGSET_SIZE);
      if (result == -Errno.EINTR.number()) {
        return List.of();
      }
      long count = Kernel.check(result, () -> "wait for descriptors");
      List<Ready> ready = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long at = (long) i * EVENT_SIZE;
        ready.add(
            new Ready(
                events.get(ValueLayout.JAVA_LONG_UNALIGNED, at + TOKEN_OFFSET),
                events.get(ValueLayout.JAVA_INT_UNALIGNED, at)));
      }
      return ready;
    }
  }

  @Override
  public void close() {
    epoll.close();
  }
}
