package polder.model;

import java.time.Duration;
import java.util.Optional;

/** Records that come one after another, maybe later. */
public interface Cursor<T> extends AutoCloseable {
  /** Waits for the next record, {@code patience} at most; empty if none came, or none will. */
  Optional<T> next(Duration patience);

  /** Whether no more will come. */
  boolean ended();

  @Override
  void close();
}
