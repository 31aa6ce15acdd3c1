package polder.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntPredicate;

/**
 * Rows tried three at a time, each on a host of its own. A row mostly waits: for the kernel to let
 * go of a network namespace, and for an engine to start. A row that fails does not keep the others
 * from being tried.
 */
final class SideBySide {
  private static final int AT_ONCE = 3;

  private final Set<String> seen = new HashSet<>(); // by one row after the other

  /** What is done with a row; says how much it tried. */
  interface Trial {
    int of(TestHost test, CrashRow row, Turn turn) throws Exception;
  }

  /**
   * When a row may choose its places: after all rows before it, so that each run tries the same.
   */
  final class Turn {
    private final CompletableFuture<Void> before;
    private final CompletableFuture<Void> mine = new CompletableFuture<>();

    Turn(CompletableFuture<Void> before) {
      this.before = before;
    }

    /**
     * Chooses of the places that a row comes by.
     *
     * @param each whether place {@code index}, from 0, is chosen although rows before came by it
     */
    List<Integer> choose(List<String> places, IntPredicate each) {
      before.join();
      List<Integer> chosen = new ArrayList<>();
      for (int i = 0; i < places.size(); i++) {
        if (seen.add(places.get(i)) || each.test(i)) {
          chosen.add(i + 1);
        }
      }
      mine.complete(null);
      return chosen;
    }
  }

  /** Tries all {@code rows}; says how much was tried altogether. */
  int all(List<CrashRow> rows, Trial trial) throws InterruptedException {
    List<Future<Integer>> parts = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
      for (CrashRow row : rows) {
        Turn turn = new Turn(before);
        before = turn.mine;
        parts.add(threads.submit(() -> one(row, trial, turn)));
      }
    }
    int tried = 0;
    List<Throwable> failures = new ArrayList<>();
    for (Future<Integer> part : parts) {
      try {
        tried += part.get();
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      }
    }
    if (!failures.isEmpty()) {
      String told = String.join("\n", failures.stream().map(String::valueOf).toList());
      AssertionError all = new AssertionError(told, failures.getFirst());
      failures.stream().skip(1).forEach(all::addSuppressed);
      throw all;
    }
    return tried;
  }

  private static int one(CrashRow row, Trial trial, Turn turn) throws Exception {
    try (TestHost test = new TestHost()) {
      return trial.of(test, row, turn);
    } finally {
      turn.before.join();
      turn.mine.complete(null); // also if it failed before it chose
    }
  }
}
