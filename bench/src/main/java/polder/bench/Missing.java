package polder.bench;

/** Somebody cannot take part on this machine. The message says why, and how to mend it. */
public final class Missing extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** For the reason {@code why}. */
  public Missing(String why) {
    super(why);
  }
}
