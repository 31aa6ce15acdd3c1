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
    return clean(cut);
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

  /** C0 and C1 controls, and the marks that turn the direction of text round. */
  private static boolean isControl(char c) {
    return Character.isISOControl(c)
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }
}
