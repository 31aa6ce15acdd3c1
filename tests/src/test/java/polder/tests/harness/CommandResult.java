package polder.tests.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What a command did.
 *
 * @param command what was run, for messages
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record CommandResult(String command, int code, String out, String err) {
  /** This result, if the command succeeded. */
  public CommandResult ok() {
    return code(0);
  }

  /** This result, if the command ended with {@code expected}. */
  public CommandResult code(int expected) {
    assertEquals(expected, code, () -> command + "\nout: " + out + "\nerr: " + err);
    return this;
  }

  /** Standard output without the blanks around it. */
  public String text() {
    return out.strip();
  }
}
