package polder.bench;

import java.io.Console;
import java.io.PrintStream;
import java.util.function.Consumer;

/** What is going on, on one line that is written over; silent where nobody looks. */
public final class Progress {
  private Progress() {}

  /** Progress on a terminal, or nothing. */
  @SuppressWarnings("SystemConsoleNull") // -Djdk.console can still make it null
  public static Consumer<String> on(PrintStream out) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return words -> {};
    }
    return words -> {
      out.print("\r\u001b[K" + words); // to the line's beginning, and clear it: ECMA-48
      out.flush();
    };
  }
}
