package polder.model;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A failure that a caller can understand: a kind for programs, one sentence for people.
 *
 * <p>The sentence is lower case, without a full stop, and says what was tried, on what, why it
 * failed and the mend. It is written where the cause is known and passed on as it is.
 */
public final class PolderException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorKind kind;
  private final transient List<Fault> faults;

  /** A failure of {@code kind}, told by {@code sentence}. */
  public PolderException(ErrorKind kind, String sentence) {
    super(sentence);
    this.kind = kind;
    this.faults = List.of();
  }

  /** A failure of {@code kind}, told by {@code sentence}, that {@code cause} led to. */
  public PolderException(ErrorKind kind, String sentence, Throwable cause) {
    super(sentence, cause);
    this.kind = kind;
    this.faults = List.of();
  }

  /** An input that is refused whole, with all that is wrong with it at once. */
  public PolderException(String what, List<Fault> faults) {
    super(what + ": " + faults.stream().map(Fault::sentence).collect(Collectors.joining("; ")));
    this.kind = ErrorKind.INVALID;
    this.faults = List.copyOf(faults);
  }

  /**
   * A failure that another host told us of: as {@link #PolderException(ErrorKind, String)}, with
   * its faults.
   */
  public PolderException(ErrorKind kind, String sentence, List<Fault> faults) {
    super(sentence);
    this.kind = kind;
    this.faults = List.copyOf(faults);
  }

  /** What kind of failure it is. */
  public ErrorKind kind() {
    return kind;
  }

  /** What is wrong with the input, a line each; empty where one sentence says it all. */
  public List<Fault> faults() {
    return faults == null ? List.of() : faults;
  }
}
