package polder.cli.view;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import polder.cli.call.UsageException;
import polder.cli.call.Words;

/** Sizes and times, as people read and type them. */
public final class Amount {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Amount() {}

  /** How long ago something was, roughly: {@code 12s}, {@code 5m}, {@code 3h}, {@code 40d}. */
  public static String age(Duration since) {
    long seconds = Math.max(0, since.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  /** {@code 1.5 GiB}. */
  public static String bytes(long bytes) {
    int unit = 0;
    long tenths = bytes * 10;
    while (tenths >= 10_240 && unit + 1 < UNITS.length) {
      tenths /= 1024;
      unit++;
    }
    String number =
        unit == 0 || tenths >= 1000 ? String.valueOf(tenths / 10) : tenths / 10 + "." + tenths % 10;
    return number + " " + UNITS[unit];
  }

  /**
   * Reads {@code 512}, {@code 512M}, {@code 2G}, {@code 2GiB} as MiB; without a unit it is MiB, as
   * in a payload.
   */
  public static long mebibytes(String text) {
    String digits = text.replaceFirst("(?i)(i?b)?$", "");
    char last = digits.isEmpty() ? ' ' : Character.toUpperCase(digits.charAt(digits.length() - 1));
    boolean unit = "KMGT".indexOf(last) >= 0;
    try {
      long number = Long.parseLong(unit ? digits.substring(0, digits.length() - 1) : digits);
      long mebibytes =
          switch (unit ? last : 'M') {
            case 'K' -> number / 1024;
            case 'G' -> Math.multiplyExact(number, 1024L);
            case 'T' -> Math.multiplyExact(number, 1024L * 1024);
            default -> number;
          };
      if (mebibytes > 0) {
        return mebibytes;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // told below
    }
    throw new UsageException(
        "'" + Words.printable(text) + "' is no amount of memory: use 512, 512M or 2G");
  }

  /** Reads {@code 10}, {@code 10s}, {@code 5m}, {@code 2h}, {@code 1d}. */
  public static Duration duration(String text) {
    char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
    boolean unit = "smhd".indexOf(last) >= 0;
    try {
      long number = Long.parseLong(unit ? text.substring(0, text.length() - 1) : text);
      if (number >= 0 && number <= 1_000_000_000) {
        return switch (unit ? last : 's') {
          case 'm' -> Duration.ofMinutes(number);
          case 'h' -> Duration.ofHours(number);
          case 'd' -> Duration.ofDays(number);
          default -> Duration.ofSeconds(number);
        };
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UsageException(
        "'" + Words.printable(text) + "' is no time: use 10, 10s, 5m, 2h or 1d");
  }

  /** Reads a moment: RFC 3339 such as {@code 2026-11-23T10:00:00Z}, or how long ago. */
  public static Instant moment(String text, Instant now) {
    if (text.indexOf('T') > 0) {
      try {
        return java.time.OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        throw new UsageException(
            "'" + Words.printable(text) + "' is no moment: use 2026-11-23T10:00:00Z or 10m");
      }
    }
    return now.minus(duration(text));
  }
}
