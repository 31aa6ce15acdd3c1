package polder.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor that belongs to whoever holds this object, until it is closed once.
 *
 * <p>All descriptors that this package opens have {@code O_CLOEXEC}.
 */
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;

  private final AtomicInteger number;

  /** Takes over descriptor {@code number}. */
  Fd(long number) {
    this.number = new AtomicInteger((int) number);
  }

  /** {@code /dev/null}, for reading and writing: null(4). */
  public static Fd nothing() {
    return Procfs.open("/dev/null", OpenFlags.O_RDWR);
  }

  /**
   * The kernel's number for it.
   *
   * @throws IllegalStateException if it is closed: the number may be somebody else's by now
   */
  public int number() {
    int now = number.get();
    if (now == CLOSED) {
      throw new IllegalStateException("the descriptor is closed");
    }
    return now;
  }

  /** Whether {@link #close} has not been called yet. */
  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  /** close(2). Closing again does nothing. */
  @Override
  public void close() {
    int was = number.getAndSet(CLOSED);
    if (was != CLOSED) {
      Kernel.call(Nr.CLOSE, was); // on Linux it is closed even when the call reports an error
    }
  }

  /** One more descriptor for the same open file, with {@code O_CLOEXEC}: fcntl(2). */
  public Fd duplicate() {
    long fDupfdCloexec = 1030; // linux/fcntl.h
    return new Fd(
        Kernel.check(
            Kernel.call(Nr.FCNTL, number(), fDupfdCloexec, 0),
            () -> "duplicate descriptor " + number));
  }

  /**
   * Says whether reads and writes wait, or fail with EAGAIN where they would: fcntl(2). It holds
   * for the open file, for whoever else has it too.
   */
  public void setBlocking(boolean blocking) {
    long fGetfl = 3; // asm-generic/fcntl.h
    long fSetfl = 4;
    long before =
        Kernel.check(Kernel.call(Nr.FCNTL, number(), fGetfl, 0), () -> "ask for flags of " + this);
    long after = blocking ? before & ~OpenFlags.O_NONBLOCK : before | OpenFlags.O_NONBLOCK;
    Kernel.check(Kernel.call(Nr.FCNTL, number(), fSetfl, after), () -> "set flags of " + this);
  }

  /**
   * read(2): fills a part of {@code buffer} from its beginning.
   *
   * @return how many bytes; 0 at the end
   */
  public int read(byte[] buffer, int offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(length, 1));
      long got =
          Kernel.check(
              Kernel.restart(Nr.READ, number(), memory.address(), length),
              () -> "read from descriptor " + number);
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffer, offset, (int) got);
      return (int) got;
    }
  }

  /** write(2), repeated until all of it is written. */
  public void write(byte[] buffer, int offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(length, 1));
      MemorySegment.copy(buffer, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
      long done = 0;
      while (done < length) {
        done +=
            Kernel.check(
                Kernel.restart(Nr.WRITE, number(), memory.address() + done, length - done),
                () -> "write to descriptor " + number);
      }
    }
  }

  /**
   * write(2), once.
   *
   * @return how many bytes; 0 if not one could be written without waiting
   */
  public int writeSome(byte[] buffer, int offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(length, 1));
      MemorySegment.copy(buffer, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
      long result = Kernel.restart(Nr.WRITE, number(), memory.address(), length);
      return result == -Errno.EAGAIN.number()
          ? 0
          : (int) Kernel.check(result, () -> "write to descriptor " + number);
    }
  }

  /** A stream that reads from this descriptor; closing it closes the descriptor. */
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        try {
          int got = Fd.this.read(buffer, offset, Math.min(length, 1 << 16));
          return got == 0 ? -1 : got;
        } catch (SyscallException | IllegalStateException e) {
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        Fd.this.close();
      }
    };
  }

  /** A stream that writes to this descriptor; closing it closes the descriptor. */
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        try {
          Fd.this.write(buffer, offset, length);
        } catch (SyscallException | IllegalStateException e) {
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        Fd.this.close();
      }
    };
  }

  @Override
  public String toString() {
    return "fd " + number;
  }
}
