package polder.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast a nic may be.
 *
 * @param in what it receives
 * @param out what it sends
 */
public record Bandwidth(Optional<Limit> in, Optional<Limit> out) {
  /** As fast as it can. */
  public static final Bandwidth NONE = new Bandwidth(Optional.empty(), Optional.empty());

  private static final long KILO = 1000;
  private static final long LEAST = 8 * KILO;
  private static final long MOST = 100 * KILO * KILO * KILO;
  private static final int LEAST_BURST = 1 << 14; // a packet of the largest MTU, and some
  private static final int MOST_BURST = 1 << 28;
  private static final int USUAL_BURST = 1 << 16;
  private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,11})([kMG]?)");
  private static final Pattern BURST = Pattern.compile("([1-9][0-9]{0,8})([KM]?)");

  /**
   * A limit.
   *
   * @param rate bits a second
   * @param burst bytes that may go at once; what goes in 20 ms if absent, and 64 KiB at least
   */
  public record Limit(long rate, Optional<Integer> burst) {
    public Limit {
      if (rate < LEAST || rate > MOST) {
        throw new PolderException(ErrorKind.INVALID, "a bandwidth is 8k to 100G bits a second");
      }
      if (burst.isPresent() && (burst.get() < LEAST_BURST || burst.get() > MOST_BURST)) {
        throw new PolderException(ErrorKind.INVALID, "a burst is 16K to 256M bytes");
      }
    }

    /** Bytes a second. */
    public long bytes() {
      return rate / Byte.SIZE;
    }

    /** The bytes that may go at once. */
    public int burstBytes() {
      return burst.orElseGet(() -> Math.clamp(bytes() / 50, USUAL_BURST, MOST_BURST));
    }
  }

  /** Whether it limits nothing. */
  public boolean isNone() {
    return in.isEmpty() && out.isEmpty();
  }

  /** Reads bits a second: a number, and k, M or G for thousands. */
  static long rate(String text) {
    Matcher form = RATE.matcher(text);
    if (!form.matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' must be bits a second, such as 500k, 100M or 1G".formatted(Types.shorten(text)));
    }
    long unit =
        switch (form.group(2)) {
          case "k" -> KILO;
          case "M" -> KILO * KILO;
          case "G" -> KILO * KILO * KILO;
          default -> 1;
        };
    return Math.min(Long.parseLong(form.group(1)), MOST + 1) * unit;
  }

  /** Bits a second as they are read. */
  static String rateText(long rate) {
    String units = "kMG";
    int unit = -1;
    long value = rate;
    while (value % KILO == 0 && unit < units.length() - 1) {
      value /= KILO;
      unit++;
    }
    return unit < 0 ? String.valueOf(value) : value + units.substring(unit, unit + 1);
  }

  /** Reads bytes: a number, and K or M for 1024 and its square. */
  static int burst(String text) {
    Matcher form = BURST.matcher(text);
    if (!form.matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' must be bytes, such as 64K or 1M".formatted(Types.shorten(text)));
    }
    int shift = form.group(2).isEmpty() ? 0 : form.group(2).equals("K") ? 10 : 20;
    return (int) Math.min(Long.parseLong(form.group(1)) << shift, Integer.MAX_VALUE);
  }

  /** Bytes as they are read. */
  static String burstText(int burst) {
    if (burst % (1 << 20) == 0) {
      return (burst >> 20) + "M";
    }
    return burst % (1 << 10) == 0 ? (burst >> 10) + "K" : String.valueOf(burst);
  }
}
