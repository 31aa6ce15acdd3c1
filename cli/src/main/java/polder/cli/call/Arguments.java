package polder.cli.call;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import polder.model.Nearest;

/** The words of a command line, sorted into options and operands. */
public final class Arguments {
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<String> operands = new ArrayList<>();

  private Arguments() {}

  /**
   * Sorts {@code words} as getopt_long(3) does: {@code -it}, {@code -ofile}, {@code -o file},
   * {@code --name=value}, {@code --name value}, {@code --} before operands that begin with a dash.
   *
   * @throws UsageException for an unknown option, a missing value, too few or too many operands
   */
  public static Arguments parse(Usage usage, List<String> words) {
    Arguments arguments = new Arguments();
    int lead = usage.leading() ? usage.least() - lastLeast(usage) : Integer.MAX_VALUE;
    int at = 0;
    boolean options = true;
    while (at < words.size()) {
      String word = words.get(at++);
      if (options && arguments.operands.size() >= Math.max(lead, 1)) {
        options = false; // the rest is another program's, after one '--' at most
        if (word.equals("--")) {
          continue;
        }
      }
      if (!options || !isOption(word)) {
        arguments.operands.add(word);
      } else if (word.equals("--")) {
        options = false;
      } else if (word.startsWith("--")) {
        at = arguments.longOption(usage, word, words, at);
      } else {
        at = arguments.cluster(usage, word, words, at);
      }
    }
    if (!arguments.has("--help")) {
      arguments.checkOperands(usage);
    }
    return arguments;
  }

  private static int lastLeast(Usage usage) {
    return usage.operands().getLast().least();
  }

  private static boolean isOption(String word) {
    return word.length() > 1 && word.charAt(0) == '-';
  }

  private int longOption(Usage usage, String word, List<String> words, int next) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Option option = usage.find(name).orElseThrow(() -> unknown(usage, name));
    if (!option.hasValue()) {
      if (equals >= 0) {
        throw new UsageException("option '" + name + "' takes no value");
      }
      put(option, "");
      return next;
    }
    if (equals >= 0) {
      put(option, word.substring(equals + 1));
      return next;
    }
    put(option, valueAt(option, name, words, next));
    return next + 1;
  }

  private int cluster(Usage usage, String word, List<String> words, int next) {
    for (int i = 1; i < word.length(); i++) {
      String name = "-" + word.charAt(i);
      Option option = usage.find(name).orElseThrow(() -> unknown(usage, name));
      if (!option.hasValue()) {
        put(option, "");
        continue;
      }
      if (i + 1 < word.length()) {
        put(option, word.substring(i + 1));
        return next;
      }
      put(option, valueAt(option, name, words, next));
      return next + 1;
    }
    return next;
  }

  private static String valueAt(Option option, String name, List<String> words, int at) {
    if (at >= words.size()) {
      throw new UsageException("option '" + name + "' needs a value: " + option.label());
    }
    return words.get(at);
  }

  private void put(Option option, String value) {
    List<String> all = values.computeIfAbsent(option.name(), name -> new ArrayList<>());
    if (!option.many() && option.hasValue() && !all.isEmpty()) {
      throw new UsageException("option '" + option.name() + "' is given twice");
    }
    all.add(value);
  }

  private static UsageException unknown(Usage usage, String name) {
    List<String> names =
        usage.options().stream()
            .flatMap(option -> option.names().stream())
            .filter(known -> known.length() > 2 == name.length() > 2)
            .toList();
    String near = names.isEmpty() || name.length() == 2 ? "" : Nearest.of(name, names);
    return new UsageException(
        "unknown option '"
            + Words.printable(name)
            + "' of 'polder "
            + usage.name()
            + "'"
            + (near.isEmpty()
                ? "; see polder " + usage.name() + " --help"
                : "; did you mean '" + near + "'?"));
  }

  private void checkOperands(Usage usage) {
    int count = operands.size();
    if (count < usage.least()) {
      int seen = count;
      String missing = "";
      for (Operand operand : usage.operands()) {
        seen -= operand.least();
        if (seen < 0) {
          missing = operand.name();
          break;
        }
      }
      throw new UsageException("missing " + missing + ": " + usage.synopsis());
    }
    if (count > usage.most()) {
      throw new UsageException(
          "'" + Words.printable(operands.get(usage.most())) + "' is too much: " + usage.synopsis());
    }
  }

  /** Whether the option was given; {@code name} is the one to know it by. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** The option's value. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name)).map(List::getLast);
  }

  /** The values of an option that may be given more than once. */
  public List<String> values(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** The option's value as a whole number from {@code least} to {@code most}. */
  public Optional<Long> number(String name, long least, long most) {
    return value(name)
        .map(
            text -> {
              try {
                long number = Long.parseLong(text);
                if (number >= least && number <= most) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // told below, like a number out of range
              }
              throw new UsageException(
                  name
                      + " takes a whole number from "
                      + least
                      + " to "
                      + most
                      + ", not '"
                      + Words.printable(text)
                      + "'");
            });
  }

  /** All operands. */
  public List<String> operands() {
    return List.copyOf(operands);
  }

  /** The operands from the given one on. */
  public List<String> operandsFrom(int first) {
    return List.copyOf(operands.subList(Math.min(first, operands.size()), operands.size()));
  }

  /** One operand. */
  public String operand(int index) {
    return operands.get(index);
  }

  /** One operand, if it is there. */
  public Stream<String> find(int index) {
    return index < operands.size() ? Stream.of(operands.get(index)) : Stream.empty();
  }
}
