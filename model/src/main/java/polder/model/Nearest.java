package polder.model;

import java.util.Collection;

/** Finds the word that somebody who mistyped probably meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * The one of {@code words} with the fewest edits to {@code typed} (Levenshtein).
   *
   * @throws IllegalArgumentException if there are no words
   */
  public static String of(String typed, Collection<String> words) {
    String text = typed.length() <= 128 ? typed : typed.substring(0, 128);
    return words.stream()
        .min(
            java.util.Comparator.<String>comparingInt(word -> distance(text, word))
                .thenComparing(word -> word))
        .orElseThrow(() -> new IllegalArgumentException("no words to choose from"));
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
