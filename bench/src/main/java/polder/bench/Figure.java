package polder.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as they are shown. */
public final class Figure {
  private Figure() {}

  /** As a table shows it: three digits that matter, no exponent. */
  public static String of(double number) {
    double size = Math.abs(number);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
    return size < 1 && text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }

  /** Four digits that matter: a clock's sixteen would promise what no measurement here keeps. */
  public static double rounded(double number) {
    return Double.isFinite(number)
        ? new BigDecimal(number).round(new MathContext(4)).doubleValue()
        : number;
  }
}
