package polder.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.model.Json;

/** {@code polder bench}. */
public final class Main {
  private static final Duration PAUSE = Duration.ofMillis(60);

  /** To clean up: five hundred zones behind a thousand rules were not gone after 30 s. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final PrintStream out;
  private final PrintStream err;

  private Main(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Measures, prints, and exits: 0 done (bounds met or not), 1 failed, 2 wrong usage. */
  public static void main(String[] words) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(new Main(out, err).run(List.of(words)));
  }

  private int run(List<String> words) {
    Options options;
    List<Row> rows;
    try {
      options = Options.parse(words);
      rows = options.choose(Rows.all());
      if (!options.profile().isEmpty()) {
        rows = List.of(Rows.named(options.profile()));
      }
    } catch (IllegalArgumentException e) {
      err.println("polder bench: " + e.getMessage() + "; see polder bench --help");
      return WRONG_USAGE;
    }
    if (options.help()) {
      out.print(Options.USAGE);
      return 0;
    }
    if (options.list()) {
      list(rows, options.json());
      return 0;
    }
    return measure(rows, options);
  }

  private void list(List<Row> rows, boolean json) {
    for (Row row : rows) {
      String peer = row.peer().map(p -> ", beside " + p.name()).orElse("");
      if (json) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", row.name());
        object.put("what", row.what());
        object.put("unit", row.unit());
        out.println(Json.write(object));
      } else {
        out.printf("%-16s %s (%s)%s%n", row.name(), row.what(), row.unit(), peer);
      }
    }
  }

  private int measure(List<Row> rows, Options options) {
    try (CleanUp clean = new CleanUp("polder bench", PATIENCE);
        Stage stage = Stage.open(options.crowd())) {
      clean.stopBy(stage::stop);
      if (options.profile().isEmpty()) {
        return race(rows, options, stage);
      }
      out.print(Profile.of(rows.getFirst(), stage, options.warmUps(), options.rounds()));
      return 0;
    } catch (RuntimeException e) {
      err.println("polder bench: " + e.getMessage());
      return FAILED;
    }
  }

  private int race(List<Row> rows, Options options, Stage stage) {
    Race race = new Race(options.warmUps(), options.rounds(), PAUSE, Progress.on(err));
    List<Result> results = race.run(rows, stage);
    if (options.json()) {
      results.forEach(result -> out.println(Report.json(result)));
    } else {
      out.println(Machine.text());
      out.println(
          "%d rounds after %d to warm up; medians, and beside them min–max"
              .formatted(options.rounds(), options.warmUps()));
      out.println();
      out.print(Report.table(results));
    }
    Report.remarks(results).forEach(err::println);
    return results.stream().anyMatch(Result::failed) ? FAILED : 0;
  }
}
