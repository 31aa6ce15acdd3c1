package polder.model;

/**
 * How a process ended.
 *
 * @param code 0 to 255; 128 + n for one that signal n ended; 255 where nobody saw it end
 */
public record ExitStatus(int code) {
  /** Nobody saw it end: the daemon was away, or the host went down. */
  public static final ExitStatus UNKNOWN = new ExitStatus(255);

  public ExitStatus {
    if (code < 0 || code > 255) {
      throw new IllegalArgumentException("an exit code is 0 to 255, not " + code);
    }
  }

  /** Whether it ended well. */
  public boolean success() {
    return code == 0;
  }
}
