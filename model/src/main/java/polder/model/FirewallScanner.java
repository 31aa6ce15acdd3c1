package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts the text of a firewall rule into words and marks, and writes words so that it could. */
final class FirewallScanner {
  private static final Pattern PLAIN = Pattern.compile("[-A-Za-z0-9_]{1,255}");
  private static final String ESCAPES = "\"\\/()bfnrt";
  private static final String ESCAPED = "\"\\/()\b\f\n\r\t";

  /** What a piece is. */
  enum Kind {
    WORD,
    QUOTED,
    MARK,
    END
  }

  /**
   * A piece of a rule.
   *
   * @param text what it says; of a quoted word without the quotes
   * @param at where it begins; the first character is 1
   */
  record Token(Kind kind, String text, int at) {
    /** For messages. */
    String shown() {
      return kind == Kind.END ? "the end" : "'" + Types.shorten(text) + "'";
    }
  }

  private FirewallScanner() {}

  /**
   * The pieces of {@code text}, and at last its end.
   *
   * @param faults where what is no piece is told, each with its place
   */
  static List<Token> scan(String text, List<String> faults) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int start = at;
      if (c == ' ' || c == '\t') {
        at++;
      } else if ("()=,".indexOf(c) >= 0) {
        at++;
        tokens.add(new Token(Kind.MARK, String.valueOf(c), start + 1));
      } else if (c == '"') {
        StringBuilder word = new StringBuilder();
        at = quoted(text, start, word, faults);
        tokens.add(new Token(Kind.QUOTED, word.toString(), start + 1));
      } else if (isWord(c)) {
        while (at < text.length() && isWord(text.charAt(at))) {
          at++;
        }
        tokens.add(new Token(Kind.WORD, text.substring(start, at), start + 1));
      } else {
        faults.add(
            "at %d: %s is no part of a rule; put a tag's name or value that needs it in quotes"
                .formatted(
                    at + 1, Character.isISOControl(c) ? "a control character" : "'" + c + "'"));
        at++;
      }
    }
    tokens.add(new Token(Kind.END, "", text.length() + 1));
    return tokens;
  }

  private static boolean isWord(char c) {
    return c < 0x80 && (Character.isLetterOrDigit(c) || "-_.:/".indexOf(c) >= 0);
  }

  /** Reads a word in quotes; answers where it ends. */
  private static int quoted(String text, int start, StringBuilder word, List<String> faults) {
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at);
      if (c != '\\') {
        if (Character.isISOControl(c)) {
          faults.add("at %d: a control character must be escaped".formatted(at + 1));
        }
        word.append(c);
        at++;
        continue;
      }
      char escape = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
      int known = ESCAPES.indexOf(escape);
      if (known >= 0) {
        word.append(ESCAPED.charAt(known));
        at += 2;
      } else if (escape == 'u' && text.substring(at).matches("(?s)\\\\u[0-9a-fA-F]{4}.*")) {
        word.append((char) Integer.parseInt(text.substring(at + 2, at + 6), 16));
        at += 6;
      } else {
        faults.add(
            "at %d: unknown escape; use \\\" \\\\ \\b \\f \\n \\r \\t \\/ \\( \\) or \\uXXXX"
                .formatted(at + 1));
        at++;
      }
    }
    if (at >= text.length()) {
      faults.add("at %d: the quote is not closed".formatted(start + 1));
    }
    return at + 1;
  }

  /** A tag's name or value as it stands in a rule. */
  static String quote(String word) {
    if (PLAIN.matcher(word).matches()) {
      return word;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      int known = c == '/' ? -1 : ESCAPED.indexOf(c);
      if (known >= 0) {
        quoted.append('\\').append(ESCAPES.charAt(known));
      } else if (Character.isISOControl(c)
          || Character.isSurrogate(c)
          || (c >= '\u2028' && c <= '\u202e')) {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
