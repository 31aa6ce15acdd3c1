package polder.cli.call;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a command is typed, and what it means.
 *
 * <p>The one description of it: the parser, the help, the manual page and the completions are all
 * made from it, so they cannot drift apart.
 *
 * @param name the words that call it, such as {@code image import}
 * @param summary what it does, in one line: lower case, no full stop
 * @param text what else there is to know, a paragraph each
 * @param options its options
 * @param operands its operands, in order; only one may take a varying number
 * @param examples at least one
 * @param leading whether all words after the last single operand belong to another program
 */
public record Usage(
    String name,
    String summary,
    List<String> text,
    List<Option> options,
    List<Operand> operands,
    List<Example> examples,
    boolean leading) {

  public Usage {
    text = List.copyOf(text);
    options = List.copyOf(options);
    operands = List.copyOf(operands);
    examples = List.copyOf(examples);
  }

  /** A command without options but {@code --json} and {@code --help}. */
  public static Usage of(String name, String summary) {
    return new Usage(
        name,
        summary,
        List.of(),
        List.of(
            new Option(List.of("-j", "--json"), "", "print JSON", false),
            new Option(List.of("-h", "--help"), "", "print this help", false)),
        List.of(),
        List.of(),
        false);
  }

  /** As this one, with one more paragraph. */
  public Usage text(String paragraph) {
    return new Usage(name, summary, and(text, paragraph), options, operands, examples, leading);
  }

  /** As this one, with a switch; {@code names} are separated by spaces. */
  public Usage flag(String names, String meaning) {
    return option(new Option(List.of(names.split(" ")), "", meaning, false));
  }

  /** As this one, with an option that takes a value; {@code names} are separated by spaces. */
  public Usage option(String names, String value, String meaning) {
    return option(new Option(List.of(names.split(" ")), value, meaning, false));
  }

  /** As this one, with an option that may be given more than once. */
  public Usage options(String names, String value, String meaning) {
    return option(new Option(List.of(names.split(" ")), value, meaning, true));
  }

  private Usage option(Option option) {
    List<Option> all = new ArrayList<>(options);
    all.add(all.size() - 2, option); // --json and --help stay last
    return new Usage(name, summary, text, all, operands, examples, leading);
  }

  /** As this one, with one operand that must be there. */
  public Usage operand(String label, Operand.Kind kind) {
    return operand(new Operand(label, kind, 1, 1));
  }

  /** As this one, with {@code least} to {@code most} operands more. */
  public Usage operands(String label, Operand.Kind kind, int least, int most) {
    return operand(new Operand(label, kind, least, most));
  }

  private Usage operand(Operand operand) {
    return new Usage(name, summary, text, options, and(operands, operand), examples, leading);
  }

  /** As this one; words after its first operand are another program's, dashes and all. */
  public Usage program(String label, int least) {
    Operand operand = new Operand(label, Operand.Kind.TEXT, least, Integer.MAX_VALUE);
    return new Usage(name, summary, text, options, and(operands, operand), examples, true);
  }

  /** As this one, with one more example. */
  public Usage example(String line, String meaning) {
    Example example = new Example(line, meaning);
    return new Usage(name, summary, text, options, operands, and(examples, example), leading);
  }

  /** The option that is typed so. */
  public Optional<Option> find(String typed) {
    return options.stream().filter(option -> option.names().contains(typed)).findFirst();
  }

  /** The line that shows how it is typed: {@code polder delete [OPTION…] ZONE…}. */
  public String synopsis() {
    StringBuilder line = new StringBuilder("polder ").append(name).append(" [OPTION…]");
    for (Operand operand : operands) {
      line.append(' ').append(operand.label());
    }
    return line.toString();
  }

  /** How many operands it takes at least. */
  public int least() {
    return operands.stream().mapToInt(Operand::least).sum();
  }

  /** How many operands it takes at most. */
  public int most() {
    int most = 0;
    for (Operand operand : operands) {
      if (operand.most() == Integer.MAX_VALUE) {
        return Integer.MAX_VALUE;
      }
      most += operand.most();
    }
    return most;
  }

  private static <T> List<T> and(List<T> list, T item) {
    List<T> all = new ArrayList<>(list);
    all.add(item);
    return all;
  }
}
