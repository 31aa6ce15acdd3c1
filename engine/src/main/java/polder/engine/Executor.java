package polder.engine;

import java.util.List;

/** Does a plan's steps in order; if one fails, takes back those before it. */
final class Executor {
  private final Failpoints failpoints;

  Executor(Failpoints failpoints) {
    this.failpoints = failpoints;
  }

  /** Does one step, and says how to take it back. */
  @FunctionalInterface
  interface Worker<S extends Step> {
    /** Does {@code step}; adds what takes it back to {@code undo} as soon as there is something. */
    void work(S step, Undo undo);
  }

  /**
   * Does all steps of {@code plan}, or none.
   *
   * @param operation what its failpoints are called
   * @throws RuntimeException the failure of a step; those of its undoing are suppressed in it
   */
  <S extends Step> void run(String operation, List<S> plan, Worker<S> worker) {
    Failpoints.Places places = failpoints.of(operation);
    try (Undo undo = new Undo(failpoints.of(operation + "-undo")::pass)) {
      for (S step : plan) {
        places.pass(step.describe());
        worker.work(step, undo);
        places.pass(step.describe());
      }
      undo.forget();
    }
  }

  /**
   * Does all steps of {@code plan} whatever fails, because each is worth doing by itself; the first
   * failure is thrown at the end.
   */
  <S extends Step> void runAll(String operation, List<S> plan, Worker<S> worker) {
    Failpoints.Places places = failpoints.of(operation);
    try (Undo steps = new Undo()) {
      for (S step : plan.reversed()) { // an undo goes backwards
        steps.add(
            () -> {
              places.pass(step.describe());
              worker.work(step, steps);
              places.pass(step.describe());
            });
      }
    }
  }

  /** Does one step that cannot be taken back. */
  void once(String operation, String step, Runnable work) {
    Failpoints.Places places = failpoints.of(operation);
    places.pass(step);
    work.run();
    places.pass(step);
  }

  Failpoints failpoints() {
    return failpoints;
  }
}
