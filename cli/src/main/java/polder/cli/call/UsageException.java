package polder.cli.call;

/** The command line is wrong: exit code 2, and nothing was done. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What is wrong, in one sentence: lower case, no full stop. */
  public UsageException(String sentence) {
    super(sentence);
  }

  /** The sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
