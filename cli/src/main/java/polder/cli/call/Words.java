package polder.cli.call;

/** Text of others, made fit for a terminal. */
public final class Words {
  private Words() {}

  /**
   * {@code text} without control characters, so that nobody's name or output moves our cursor; each
   * becomes {@code ?}. 200 characters at most.
   */
  public static String printable(String text) {
    String cut = text.length() > 200 ? text.substring(0, 197) + "..." : text;
    return clean(cut, false);
  }

  /** {@code text} whole, without control characters but newline and tab. */
  public static String clean(String text) {
    return clean(text, true);
  }

  private static String clean(String text, boolean lines) {
    for (int i = 0; i < text.length(); i++) {
      if (isControl(text.charAt(i), lines)) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int j = 0; j < text.length(); j++) {
          clean.append(isControl(text.charAt(j), lines) ? '?' : text.charAt(j));
        }
        return clean.toString();
      }
    }
    return text;
  }

  /** C0 and C1 controls, and the marks that turn the direction of text round. */
  private static boolean isControl(char c, boolean lines) {
    if (lines && (c == '\n' || c == '\t')) {
      return false;
    }
    return Character.isISOControl(c)
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
