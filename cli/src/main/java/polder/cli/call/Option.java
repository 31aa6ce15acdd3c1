package polder.cli.call;

import java.util.List;

/**
 * An option of a command.
 *
 * @param names how it is typed, each with its dashes; the last is the one to know it by
 * @param value what its value is called, such as {@code FILE}; empty for a switch
 * @param meaning what it does, in one line
 * @param many whether it may be given more than once
 */
public record Option(List<String> names, String value, String meaning, boolean many) {
  public Option {
    names = List.copyOf(names);
  }

  /** The name to know it by. */
  public String name() {
    return names.getLast();
  }

  /** Whether it takes a value. */
  public boolean hasValue() {
    return !value.isEmpty();
  }

  /** As help shows it: {@code -o, --columns COLS}. */
  public String label() {
    String all = String.join(", ", names);
    return hasValue() ? all + " " + value : all;
  }
}
