package polder.brand;

import java.util.Optional;
import polder.linux.Fd;
import polder.linux.Pidfd;

/**
 * A process that was started in a running zone. Closing it lets go of it and its streams; it runs
 * on.
 */
public interface ZoneProcess extends AutoCloseable {
  /** The process: wait for its end, signal it, through this. */
  Pidfd pidfd();

  /** The master of its terminal, if it has one; then it has no streams. It belongs to this. */
  Optional<Fd> terminal();

  /** Where its input is written; empty with a terminal, or if it has none. */
  Optional<Fd> input();

  /** Where its output is read; empty with a terminal. */
  Optional<Fd> output();

  /** Where its error output is read; empty with a terminal. */
  Optional<Fd> error();

  @Override
  void close();
}
