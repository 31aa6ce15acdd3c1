package polder.bench;

import java.util.Optional;

/**
 * One line of the table.
 *
 * @param name short and without spaces, such as "zone"
 * @param what what is measured, in a sentence without a full stop
 * @param unit of the figures, such as "ms"
 * @param ours what Polder does
 * @param peer the same done by somebody else
 * @param bound what is promised
 * @param why why that is not kept where this was written, a clause without a full stop; empty if it
 *     was kept
 */
record Row(
    String name,
    String what,
    String unit,
    Entrant ours,
    Optional<Entrant> peer,
    Bound bound,
    Optional<String> why) {

  /** A row that stands beside a peer. */
  static Row beside(
      String name, String what, String unit, Entrant ours, Entrant peer, Bound bound) {
    return new Row(name, what, unit, ours, Optional.of(peer), bound, Optional.empty());
  }

  /** A row without a peer. */
  static Row alone(String name, String what, String unit, Entrant ours, Bound bound) {
    return new Row(name, what, unit, ours, Optional.empty(), bound, Optional.empty());
  }

  /** The same, whose bound is not kept here because of {@code reason}. */
  Row missed(String reason) {
    return new Row(name, what, unit, ours, peer, bound, Optional.of(reason));
  }
}
