package polder.bench;

/** Somebody cannot take part on this machine. The message says why, and how to mend it. */
final class Missing extends RuntimeException {
  private static final long serialVersionUID = 1;

  Missing(String why) {
    super(why);
  }
}
