package polder.model;

/**
 * One thing that is wrong with an input.
 *
 * @param path where, such as {@code filesystems[0].target}; empty for the input as a whole
 * @param message what is wrong and what is allowed; lower case, no full stop
 */
public record Fault(String path, String message) {
  /** The fault as one sentence. */
  public String sentence() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
