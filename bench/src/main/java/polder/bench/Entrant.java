package polder.bench;

/**
 * A contender by name, not opened yet: two rows that name the same one share its measurements.
 *
 * @param name as the table shows it, such as "crun run"
 * @param opener how it gets ready
 * @param warmUps in how many rounds before those that count it takes part at most
 * @param rounds in how many of those that count
 */
record Entrant(String name, Opener opener, int warmUps, int rounds) {

  Entrant(String name, Opener opener) {
    this(name, opener, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** One whose rounds take seconds: it takes part in a few. */
  static Entrant slow(String name, Opener opener) {
    return new Entrant(name, opener, 1, 3);
  }

  /** One whose round takes the better part of a minute. */
  static Entrant once(String name, Opener opener) {
    return new Entrant(name, opener, 0, 1);
  }

  /** Whether it takes part in a round; those to warm up have numbers below 0. */
  boolean takesPart(int round) {
    return round < rounds && -round <= warmUps;
  }

  /** Gets a contender ready. */
  interface Opener {
    /**
     * Opens it.
     *
     * @throws Missing if it cannot take part here
     */
    Contender open(Stage stage);
  }
}
