package polder.bench;

import java.util.Locale;

/** A number as the table shows it: three digits that matter, no exponent. */
public final class Figure {
  private Figure() {}

  /** {@code number} with three digits that matter. */
  public static String of(double number) {
    double size = Math.abs(number);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
    return size < 1 && text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }
}
