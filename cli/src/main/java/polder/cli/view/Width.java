package polder.cli.view;

import polder.cli.call.Caller;

/** The width of the terminal that tables are printed on. */
public final class Width {
  private Width() {}

  /** In characters, as COLUMNS says; 0 if standard output is no terminal, or nobody knows. */
  public static int of(Caller caller) {
    if (!caller.out().terminal()) {
      return 0;
    }
    try {
      return Math.max(0, Integer.parseInt(caller.variable("COLUMNS").orElse("0")));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
