package polder.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Pipe;
import polder.linux.SyscallException;
import polder.linux.Threads;

/**
 * The kernel's stream of a subvolume, through a pipe: the call that fills it lasts until all is
 * written, on a thread of its own.
 */
final class BtrfsSend {
  private static final int AT_ONCE = 256 << 10; // less than /proc/sys/fs/pipe-max-size

  private BtrfsSend() {}

  /** Does something with the kernel's stream. */
  @FunctionalInterface
  interface Reader<T> {
    T read(InputStream stream) throws IOException;
  }

  /** Writes it to {@code to}; as {@link Btrfs#send}. */
  static void copy(Directory root, long since, OutputStream to) throws IOException {
    read(root, since, stream -> stream.transferTo(to));
  }

  /**
   * Has {@code reader} read as much of it as it likes.
   *
   * @throws SyscallException if the kernel fails before the reader has read to the end
   */
  static <T> T read(Directory root, long since, Reader<T> reader) throws IOException {
    try (Pipe pipe = Pipe.open()) {
      Pipe.setCapacity(pipe.writer(), AT_ONCE);
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                try (Fd to = pipe.writer()) {
                  Btrfs.send(root.fd(), since, to);
                }
                return true;
              });
      Thread sender = Thread.ofPlatform().name("polder-send").daemon().start(task);
      T result;
      try {
        result = reader.read(pipe.reader().input());
      } finally {
        pipe.reader().close(); // the kernel gives up what nobody reads
        Threads.join(sender);
      }
      return end(task, result);
    }
  }

  private static <T> T end(FutureTask<Boolean> task, T result) {
    try {
      task.get();
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return result;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SyscallException failure) {
        if (failure.errno().equals(Errno.EPIPE)) {
          return result; // the reader had read enough
        }
        throw failure;
      }
      throw new AssertionError("sending throws nothing else", e);
    }
  }
}
