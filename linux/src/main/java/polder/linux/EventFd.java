package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A count that can be waited for like any descriptor: eventfd(2). Neither end ever waits. */
public final class EventFd implements AutoCloseable {
  private static final long EFD_NONBLOCK = OpenFlags.O_NONBLOCK; // linux/eventfd.h
  private static final long EFD_CLOEXEC = OpenFlags.O_CLOEXEC;

  private final Fd fd;

  private EventFd(Fd fd) {
    this.fd = fd;
  }

  /** One that counts 0. */
  public static EventFd open() {
    return new EventFd(
        new Fd(
            Kernel.check(
                Kernel.call(Nr.EVENTFD2, 0, EFD_CLOEXEC | EFD_NONBLOCK), () -> "make an eventfd")));
  }

  /** Readable while the count is not 0. Belongs to this. */
  public Fd fd() {
    return fd;
  }

  /** Adds one. A count that is full already wakes as well. */
  public void signal() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
      long result = Kernel.restart(Nr.WRITE, fd.number(), one.address(), Long.BYTES);
      if (result != -Errno.EAGAIN.number()) {
        Kernel.check(result, () -> "signal an eventfd");
      }
    }
  }

  /** The count, which is 0 from then on. */
  public long take() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
      long result = Kernel.restart(Nr.READ, fd.number(), count.address(), Long.BYTES);
      if (result == -Errno.EAGAIN.number()) {
        return 0;
      }
      Kernel.check(result, () -> "take the count of an eventfd");
      return count.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
