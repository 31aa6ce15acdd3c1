package polder.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Lets contenders take turns: in each round each of them does its work once, with a pause after it.
 *
 * <p>The pause lets the kernel end what it does behind the contender's back, above all the removal
 * of a network namespace, which holds a lock that the next one needs.
 */
final class Race {
  private final int warmUps;
  private final int rounds;
  private final Duration pause;
  private final Consumer<String> progress;

  /**
   * A race that has not begun.
   *
   * @param warmUps rounds before those that count
   * @param rounds those that count, at least one
   * @param progress told what is going on, a few words at a time
   */
  Race(int warmUps, int rounds, Duration pause, Consumer<String> progress) {
    this.warmUps = warmUps;
    this.rounds = rounds;
    this.pause = pause;
    this.progress = progress;
  }

  /**
   * Runs it. Every contender is closed when this ends.
   *
   * @throws IllegalStateException if the stage was stopped meanwhile
   */
  List<Result> run(List<Row> rows, Stage stage) {
    Set<Entrant> entrants = new LinkedHashSet<>();
    for (Row row : rows) {
      entrants.add(row.ours());
      row.peer().ifPresent(entrants::add);
    }
    Map<Entrant, Outcome> outcomes = new LinkedHashMap<>();
    List<Runner> runners = new ArrayList<>();
    try {
      for (Entrant entrant : entrants) {
        stage.checkGoing();
        progress.accept("preparing " + entrant.name());
        try {
          runners.add(new Runner(entrant, entrant.opener().open(stage), new ArrayList<>()));
        } catch (Missing e) {
          outcomes.put(entrant, new Outcome.Absent(reason(e)));
        } catch (RuntimeException e) {
          outcomes.put(entrant, new Outcome.Failed(reason(e)));
        }
      }
      for (int round = -warmUps; round < rounds; round++) {
        progress.accept(round < 0 ? "warming up" : "round %d of %d".formatted(round + 1, rounds));
        for (Runner runner : List.copyOf(runners)) {
          if (!runner.entrant().takesPart(round)) {
            continue;
          }
          try {
            runner.measure(round >= 0);
          } catch (RuntimeException e) {
            // out of the race: half a row of figures would be compared with a whole one
            outcomes.put(runner.entrant(), new Outcome.Failed(reason(e)));
            runners.remove(runner);
            runner.contender().close();
          }
          stage.rest(pause);
        }
      }
      for (Runner runner : runners) {
        outcomes.put(runner.entrant(), new Outcome.Measured(new Samples(runner.samples())));
      }
    } finally {
      progress.accept("cleaning up");
      runners.forEach(runner -> runner.contender().close());
      progress.accept("");
    }
    return rows.stream().map(row -> result(row, outcomes)).toList();
  }

  /** An entrant that is there, and what it took so far. */
  private record Runner(Entrant entrant, Contender contender, List<Double> samples) {
    void measure(boolean counts) {
      double sample = contender.measure();
      if (counts) {
        samples.add(sample);
      }
    }
  }

  private static Result result(Row row, Map<Entrant, Outcome> outcomes) {
    Outcome unknown = new Outcome.Failed("did not take part");
    Optional<Outcome> peer = row.peer().map(p -> outcomes.getOrDefault(p, unknown));
    return new Result(row, outcomes.getOrDefault(row.ours(), unknown), peer);
  }

  private static String reason(RuntimeException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }
}
