package polder.bench;

/**
 * A contender by name, not opened yet: two rows that name the same one share its measurements.
 *
 * @param name as the table shows it, such as "crun run"
 * @param opener how it gets ready
 */
record Entrant(String name, Opener opener) {
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
