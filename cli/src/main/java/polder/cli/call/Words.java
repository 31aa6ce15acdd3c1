package polder.cli.call;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of others, made fit for a terminal. */
public final class Words {
  private static final int MOST = 200;
  private static final Pattern COLOUR = Pattern.compile("\\x1b\\[[0-9;:]*m"); // SGR, ECMA-48

  private Words() {}

  /**
   * {@code text} without control characters, so that nobody's name or output moves our cursor; each
   * becomes {@code ?}. 200 characters at most.
   */
  public static String printable(String text) {
    return clean(text.length() > MOST ? whole(text, MOST - 3) + "..." : text);
  }

  /** The first {@code most} characters, and no half of one that takes two. */
  private static String whole(String text, int most) {
    return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }

  /** {@code text} whole, on one line, without control characters. */
  public static String clean(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isControl(text.charAt(i))) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int j = 0; j < text.length(); j++) {
          clean.append(isControl(text.charAt(j)) ? '?' : text.charAt(j));
        }
        return clean.toString();
      }
    }
    return text;
  }

  /**
   * A line of a program's output for a terminal: tabs and colours stay, everything else that would
   * move the cursor, ask the terminal something or set its title becomes {@code ?}.
   */
  public static String coloured(String line) {
    StringBuilder clean = new StringBuilder(line.length() + 4);
    Matcher colours = COLOUR.matcher(line);
    int at = 0;
    while (colours.find()) {
      plain(line, at, colours.start(), clean);
      clean.append(colours.group());
      at = colours.end();
    }
    plain(line, at, line.length(), clean);
    return clean.append(at > 0 ? "\u001b[0m" : "").toString();
  }

  private static void plain(String line, int from, int to, StringBuilder clean) {
    for (int i = from; i < to; i++) {
      char c = line.charAt(i);
      clean.append(c != '\t' && isControl(c) ? '?' : c);
    }
  }

  /** C0 and C1 controls, separators of lines, and the marks that turn text round. */
  private static boolean isControl(char c) {
    return Character.isISOControl(c)
        || c == '\u061c'
        || c == '\u200e'
        || c == '\u200f'
        || (c >= '\u2028' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
