package polder.brand.zone;

/**
 * One more process of a zone, decided.
 *
 * @param userNamespace whether the zone has one to join
 * @param terminal whether it gets one
 * @param input whether it gets a pipe to read from
 * @param rows height of the terminal
 * @param columns width of the terminal
 * @param command what it executes
 * @param confinement who it is, and what it may do
 */
record Entry(
    boolean userNamespace,
    boolean terminal,
    boolean input,
    int rows,
    int columns,
    Command command,
    Confinement confinement) {}
