package polder.cli.page;

import java.util.List;
import polder.cli.call.Example;
import polder.cli.call.Option;
import polder.cli.call.Usage;

/** What {@code polder COMMAND --help} prints. */
public final class HelpPage {
  private static final int WIDTH = 80;

  private HelpPage() {}

  /** The page, with bold headings if {@code colour}. */
  public static String of(Usage usage, List<String> aliases, boolean colour) {
    StringBuilder page = new StringBuilder();
    page.append(usage.synopsis()).append("\n\n");
    page.append(sentence(usage.summary())).append('\n');
    for (String paragraph : usage.text()) {
      page.append('\n').append(wrap(paragraph, 0));
    }
    if (!aliases.isEmpty()) {
      page.append('\n').append("Also: ").append(String.join(", ", aliases)).append('\n');
    }
    page.append('\n').append(heading("Options", colour));
    int width = usage.options().stream().mapToInt(o -> o.label().length()).max().orElse(0);
    int column = Math.min(width, 26) + 4;
    for (Option option : usage.options()) {
      page.append(row(option.label(), meaning(option), column));
    }
    page.append('\n').append(heading(usage.examples().size() > 1 ? "Examples" : "Example", colour));
    for (Example example : usage.examples()) {
      page.append("  ").append(example.line()).append('\n');
      page.append(wrap(sentence(example.meaning()), 6));
    }
    return page.toString();
  }

  /** What {@code polder help} prints. */
  public static String overview(List<Usage> usages, boolean colour) {
    StringBuilder page = new StringBuilder();
    page.append("polder COMMAND [OPTION…] [OPERAND…]\n\n");
    page.append("Makes one Linux host into many computers: zones.\n\n");
    page.append(heading("Commands", colour));
    int column = usages.stream().mapToInt(u -> u.name().length()).max().orElse(0) + 4;
    for (Usage usage : usages) {
      page.append(row(usage.name(), usage.summary(), column));
    }
    page.append('\n').append(heading("Everywhere", colour));
    page.append(row("-j, --json", "print JSON", column));
    page.append(row("-h, --help", "how a command is typed, with examples", column));
    page.append(row("--version", "print the version", column));
    page.append('\n').append(heading("Examples", colour));
    page.append("  polder run --rm -it debian:12 bash\n");
    page.append("      A zone for one shell.\n");
    page.append("  polder create -f examples/web.json && polder start web\n");
    page.append("      A zone that stays.\n");
    page.append('\n');
    page.append(
        wrap(
            "ZONE is an alias, a uuid, or the first four characters of one or more. Exit codes: 0"
                + " done, 1 failed, 2 wrong usage; exec and run end as the command did, or with"
                + " 125 if polder failed.",
            0));
    return page.toString();
  }

  private static String meaning(Option option) {
    return option.many() ? option.meaning() + "; may be given again" : option.meaning();
  }

  private static String heading(String text, boolean colour) {
    return colour ? "\u001b[1m" + text + "\u001b[0m\n" : text + "\n";
  }

  private static String row(String label, String meaning, int column) {
    StringBuilder row = new StringBuilder("  ").append(label);
    if (label.length() + 2 >= column) {
      row.append('\n').append(" ".repeat(column));
    } else {
      row.append(" ".repeat(column - label.length() - 2));
    }
    return row.append(wrap(meaning, column).substring(column)).toString();
  }

  /** The first letter large, a full stop at the end. */
  static String sentence(String text) {
    if (text.isEmpty()) {
      return text;
    }
    String first = Character.toUpperCase(text.charAt(0)) + text.substring(1);
    return first.endsWith(".") || first.endsWith("?") ? first : first + ".";
  }

  /** The text in lines of 80 characters at most, each after {@code indent} spaces. */
  static String wrap(String text, int indent) {
    StringBuilder lines = new StringBuilder();
    String margin = " ".repeat(indent);
    StringBuilder line = new StringBuilder(margin);
    for (String word : text.split(" ", -1)) {
      if (line.length() > indent && line.length() + 1 + word.length() > WIDTH) {
        lines.append(line).append('\n');
        line = new StringBuilder(margin);
      }
      if (line.length() > indent) {
        line.append(' ');
      }
      line.append(word);
    }
    return lines.append(line).append('\n').toString();
  }
}
