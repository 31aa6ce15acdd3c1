package polder.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked on the command line.
 *
 * @param names of rows; none means all
 * @param rounds that count
 * @param warmUps rounds before them
 * @param crowd how many zones there are at once in rows about many; 0 for as many as are promised
 * @param json one object a row instead of a table
 * @param list only name the rows
 * @param profile the row to be broken down, or ""
 * @param help only say what can be asked
 */
record Options(
    List<String> names,
    int rounds,
    int warmUps,
    int crowd,
    boolean json,
    boolean list,
    String profile,
    boolean help) {
  static final int ROUNDS = 21;
  static final int WARM_UPS = 5;

  static final String USAGE =
      """
      usage: polder bench [-j] [--rounds N] [--warm-ups N] [--zones N] [ROW…]
             polder bench --list [-j]
             polder bench --profile ROW

      Measures what Polder does beside the same done by others, all in turn, in
      this one run. Needs root. Without ROW, every row.

        -j, --json      one JSON object a row
        --rounds N      rounds that count, 1 to 10000 (21)
        --warm-ups N    rounds before them, 0 to 10000 (5)
        --zones N       zones at once in rows about many (as many as is promised
                        of each: 500 in density, 200 in rate and delete)
        --list          names the rows and what they measure
        --profile ROW   where the time of a row goes, system call by system call
      """;

  Options {
    names = List.copyOf(names);
  }

  /**
   * Reads the words after "polder bench".
   *
   * @throws IllegalArgumentException in a sentence for people
   */
  static Options parse(List<String> words) {
    List<String> names = new ArrayList<>();
    int rounds = ROUNDS;
    int warmUps = WARM_UPS;
    int crowd = 0;
    boolean json = false;
    boolean list = false;
    String profile = "";
    boolean help = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String option = equals < 0 ? word : word.substring(0, equals);
      switch (option) {
        case "-j", "--json" -> json = true;
        case "--list" -> list = true;
        case "-h", "--help" -> help = true;
        case "--rounds", "--warm-ups", "--zones", "--profile" -> {
          if (equals < 0 && i + 1 == words.size()) {
            throw new IllegalArgumentException(option + " needs a value");
          }
          String value = equals < 0 ? words.get(++i) : word.substring(equals + 1);
          switch (option) {
            case "--rounds" -> rounds = number(option, value, 1);
            case "--zones" -> crowd = number(option, value, 1);
            case "--warm-ups" -> warmUps = number(option, value, 0);
            default -> profile = value;
          }
        }
        default -> {
          if (word.startsWith("-")) {
            throw new IllegalArgumentException("'%s' is not known".formatted(word));
          }
          names.add(word);
        }
      }
    }
    return new Options(names, rounds, warmUps, crowd, json, list, profile, help);
  }

  /**
   * Those of {@code rows} that were asked for; a name may end in {@code *}.
   *
   * @throws IllegalArgumentException if a name is no row's
   */
  List<Row> choose(List<Row> rows) {
    for (String name : names) {
      if (rows.stream().noneMatch(row -> matches(name, row))) {
        throw new IllegalArgumentException(
            "no row is named '%s': there are %s"
                .formatted(name, String.join(", ", rows.stream().map(Row::name).toList())));
      }
    }
    return rows.stream()
        .filter(row -> names.isEmpty() || names.stream().anyMatch(name -> matches(name, row)))
        .toList();
  }

  private static boolean matches(String name, Row row) {
    return name.endsWith("*")
        ? row.name().startsWith(name.substring(0, name.length() - 1))
        : row.name().equals(name);
  }

  private static int number(String option, String value, int least) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= 10_000) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "%s '%s': use a number from %d to 10000".formatted(option, value, least));
  }
}
