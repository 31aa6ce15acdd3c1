package polder.cli.call;

/**
 * A word, or words, that a command takes beside its options.
 *
 * @param name what it is called in the synopsis, such as {@code ZONE}
 * @param kind what it is, for completion
 * @param least how many there must be
 * @param most how many there may be
 */
public record Operand(String name, Kind kind, int least, int most) {
  /** What a word is. */
  public enum Kind {
    /** A zone's alias or uuid. */
    ZONE,
    /** The name or uuid that a zone had which was deleted and is kept. */
    DELETED,
    /** {@code ZONE@NAME}. */
    SNAPSHOT,
    /** {@code ZONE} or {@code ZONE@NAME}. */
    SOURCE,
    /** An image's name. */
    IMAGE,
    /** A pool's name. */
    POOL,
    /** A volume's name. */
    VOLUME,
    /** A network's name. */
    NETWORK,
    /** A balance's name. */
    BALANCE,
    /** A file of the caller's. */
    FILE,
    /** A file of the caller's, or {@code ZONE:PATH}. */
    PLACE,
    /** A command of polder's. */
    COMMAND,
    /** A shell's name. */
    SHELL,
    /** Anything. */
    TEXT
  }

  /** As the synopsis shows it: {@code ZONE}, {@code [ZONE]}, {@code ZONE…}, {@code [ZONE…]}. */
  public String label() {
    String word = most > 1 ? name + "…" : name;
    return least == 0 ? "[" + word + "]" : word;
  }
}
