package polder.model;

/**
 * A limit of one process: setrlimit(2).
 *
 * @param soft what holds now; -1 for none
 * @param hard how far the process may raise it; -1 for none
 */
public record Ulimit(long soft, long hard) {
  public Ulimit {
    if (soft < -1 || hard < -1 || (hard != -1 && (soft == -1 || soft > hard))) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the soft limit %d must not be above the hard limit %d; -1 is no limit"
              .formatted(soft, hard));
    }
  }
}
