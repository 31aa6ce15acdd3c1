package polder.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row with its figures.
 *
 * @param ours how we did
 * @param peer how the peer did; empty if the row has none
 */
record Result(Row row, Outcome ours, Optional<Outcome> peer) {

  /** Our samples, if we took part. */
  Optional<Samples> ourSamples() {
    return samples(ours);
  }

  /** The peer's samples, if it took part. */
  Optional<Samples> peerSamples() {
    return peer.flatMap(Result::samples);
  }

  /** Our median. */
  OptionalDouble value() {
    return ourSamples().map(s -> OptionalDouble.of(s.median())).orElse(OptionalDouble.empty());
  }

  /** The peer's median. */
  OptionalDouble peerValue() {
    return peerSamples().map(s -> OptionalDouble.of(s.median())).orElse(OptionalDouble.empty());
  }

  /** The ratio of the medians, by which the bound is judged. */
  OptionalDouble ratio() {
    return both(Samples::ratioTo);
  }

  /** The median of the ratios of each round. */
  OptionalDouble ratioByRound() {
    return both(Samples::ratioByRound);
  }

  /** Whether the bound is kept; empty if there is none, or nothing to judge by. */
  Optional<Boolean> met() {
    return row.bound().met(value(), ratio());
  }

  /** Whether somebody was there and failed. */
  boolean failed() {
    return ours instanceof Outcome.Failed || peer.orElse(ours) instanceof Outcome.Failed;
  }

  private OptionalDouble both(java.util.function.ToDoubleBiFunction<Samples, Samples> ratio) {
    if (ourSamples().isEmpty() || peerSamples().isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        ratio.applyAsDouble(ourSamples().orElseThrow(), peerSamples().orElseThrow()));
  }

  private static Optional<Samples> samples(Outcome outcome) {
    return outcome instanceof Outcome.Measured(Samples samples)
        ? Optional.of(samples)
        : Optional.empty();
  }
}
