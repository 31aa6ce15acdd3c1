package polder.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What takes back the steps that are done, newest first, unless it is told to forget them.
 *
 * <p>For a {@code try} block: {@link #close} takes back, and a failure of an undo is kept beside
 * the failure that led to it.
 */
final class Undo implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final Consumer<String> places;

  Undo() {
    this(step -> {});
  }

  /** One that tells {@code places} after each step that it took back. */
  Undo(Consumer<String> places) {
    this.places = places;
  }

  /** Remembers how to take back what was just done. */
  void add(Runnable step) {
    steps.push(step);
  }

  /** All went well: nothing is taken back. */
  void forget() {
    steps.clear();
  }

  /** Takes everything back; goes on past what fails, and throws the first failure at the end. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!steps.isEmpty()) {
      try {
        Runnable step = steps.pop();
        step.run();
        places.accept("take back a step");
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
