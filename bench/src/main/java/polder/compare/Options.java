package polder.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was asked on the command line; what there is to ask stands in the command line's own help.
 *
 * @param places by name; none means all
 * @param workloads by name; none means all
 * @param rounds that count
 * @param starts of each place
 * @param seconds that a workload is given in a round
 * @param report the file for the report
 * @param json one object a figure instead of a table
 */
record Options(
    List<String> places,
    List<String> workloads,
    int rounds,
    int starts,
    double seconds,
    Optional<Path> report,
    boolean json) {
  private static final int MOST_ROUNDS = 100;

  Options {
    places = List.copyOf(places);
    workloads = List.copyOf(workloads);
  }

  /**
   * Reads the words after "polder compare".
   *
   * @throws IllegalArgumentException in a sentence for people
   */
  static Options parse(List<String> words) {
    List<String> places = new ArrayList<>();
    List<String> workloads = new ArrayList<>();
    Optional<Path> report = Optional.empty();
    int rounds = 0;
    boolean quick = false;
    boolean json = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String option = equals < 0 ? word : word.substring(0, equals);
      switch (option) {
        case "-j", "--json" -> json = true;
        case "--quick" -> quick = true;
        case "--rounds", "--report", "--place", "--workload" -> {
          if (equals < 0 && i + 1 == words.size()) {
            throw new IllegalArgumentException(option + " needs a value");
          }
          String value = equals < 0 ? words.get(++i) : word.substring(equals + 1);
          switch (option) {
            case "--rounds" -> rounds = rounds(value);
            case "--report" -> report = Optional.of(Path.of(value));
            case "--place" -> places.addAll(List.of(value.split(",", -1)));
            default -> workloads.addAll(List.of(value.split(",", -1)));
          }
        }
        default -> throw new IllegalArgumentException("'%s' is not known".formatted(word));
      }
    }
    check("place", places, Comparison.PLACES);
    check("workload", workloads, Workload.all().stream().map(Workload::word).toList());
    return new Options(
        places,
        workloads,
        rounds > 0 ? rounds : quick ? 3 : 5,
        quick ? 2 : 5,
        quick ? 0.3 : 1,
        report,
        json);
  }

  private static void check(String what, List<String> names, List<String> known) {
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "no %s is named '%s': there are %s".formatted(what, name, String.join(", ", known)));
      }
    }
  }

  private static int rounds(String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 1 && number <= MOST_ROUNDS) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "--rounds '%s': use a number from 1 to %d".formatted(value, MOST_ROUNDS));
  }

  /** Whether the place {@code name} was asked for; without the bare host nothing is compared. */
  boolean wants(String name) {
    return places.isEmpty() || places.contains(name) || name.equals(Comparison.BARE);
  }

  /** The workloads that were asked for. */
  List<Workload> chosen() {
    return Workload.all().stream()
        .filter(each -> workloads.isEmpty() || workloads.contains(each.word()))
        .toList();
  }
}
