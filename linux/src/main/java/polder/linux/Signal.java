package polder.linux;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A signal. signal(7)
 *
 * @param number 1 to 64
 */
public record Signal(int number) {
  private static final List<String> NAMES = // asm-generic/signal.h, from 1
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
  private static final int RTMIN = 34; // as the C library counts: 32 and 33 are its own
  private static final int RTMAX = 64;

  public static final Signal HUP = new Signal(1);
  public static final Signal INT = new Signal(2);
  public static final Signal QUIT = new Signal(3);
  public static final Signal KILL = new Signal(9);
  public static final Signal TERM = new Signal(15);
  public static final Signal CHLD = new Signal(17);
  public static final Signal CONT = new Signal(18);
  public static final Signal STOP = new Signal(19);
  public static final Signal WINCH = new Signal(28);
  public static final Signal PWR = new Signal(30);

  public Signal {
    if (number < 1 || number > RTMAX) {
      throw new IllegalArgumentException("signal " + number + ": use 1 to 64");
    }
  }

  /**
   * The signal that {@code text} names: {@code TERM}, {@code SIGTERM}, {@code 15}, {@code RTMIN+3}.
   */
  public static Optional<Signal> parse(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    if (name.startsWith("SIG")) {
      name = name.substring(3);
    }
    int found =
        switch (name) {
          case "IOT" -> 6;
          case "CLD" -> 17;
          case "POLL" -> 29;
          case "UNUSED" -> 31;
          case "RTMIN" -> RTMIN;
          case "RTMAX" -> RTMAX;
          default -> NAMES.indexOf(name) + 1;
        };
    if (found == 0 && name.matches("RTMIN\\+\\d{1,2}")) {
      found = RTMIN + Integer.parseInt(name.substring(6));
    } else if (found == 0 && name.matches("RTMAX-\\d{1,2}")) {
      found = RTMAX - Integer.parseInt(name.substring(6));
    } else if (found == 0 && name.matches("\\d{1,2}") && name.equals(text.strip())) {
      found = Integer.parseInt(name);
      return found >= 1 && found <= RTMAX ? Optional.of(new Signal(found)) : Optional.empty();
    }
    boolean known = (found >= 1 && found <= NAMES.size()) || (found >= RTMIN && found <= RTMAX);
    return known ? Optional.of(new Signal(found)) : Optional.empty();
  }

  /** Its name, such as {@code SIGTERM} or {@code SIGRTMIN+1}. */
  public String text() {
    if (number <= NAMES.size()) {
      return "SIG" + NAMES.get(number - 1);
    }
    if (number < RTMIN) {
      return "signal " + number;
    }
    return number == RTMIN ? "SIGRTMIN" : "SIGRTMIN+" + (number - RTMIN);
  }

  /** The bit that stands for it in a set, as in {@code /proc/PID/status}. */
  public long bit() {
    return 1L << (number - 1);
  }

  @Override
  public String toString() {
    return text();
  }
}
