package polder.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/** What a row promises. */
sealed interface Bound {
  /** Ours divided by the peer's is at most {@code limit}. */
  record RatioAtMost(double limit) implements Bound {}

  /** Ours divided by the peer's is at least {@code limit}. */
  record RatioAtLeast(double limit) implements Bound {}

  /** Ours is at most {@code limit}, in the row's unit. */
  record ValueAtMost(double limit) implements Bound {}

  /** The row promises nothing; it is there to compare with. */
  record Nothing() implements Bound {}

  /** Whether it is kept; empty if that cannot be said. */
  default Optional<Boolean> met(OptionalDouble value, OptionalDouble ratio) {
    return switch (this) {
      case RatioAtMost(double limit) -> compare(ratio, r -> r <= limit);
      case RatioAtLeast(double limit) -> compare(ratio, r -> r >= limit);
      case ValueAtMost(double limit) -> compare(value, v -> v <= limit);
      case Nothing() -> Optional.empty();
    };
  }

  /** The number in it; empty for nothing. */
  default OptionalDouble number() {
    return switch (this) {
      case RatioAtMost(double limit) -> OptionalDouble.of(limit);
      case RatioAtLeast(double limit) -> OptionalDouble.of(limit);
      case ValueAtMost(double limit) -> OptionalDouble.of(limit);
      case Nothing() -> OptionalDouble.empty();
    };
  }

  /** As the table shows it. */
  default String text() {
    return switch (this) {
      case RatioAtMost(double limit) -> "≤ " + Figure.of(limit);
      case RatioAtLeast(double limit) -> "≥ " + Figure.of(limit);
      case ValueAtMost(double limit) -> "≤ " + Figure.of(limit);
      case Nothing() -> "";
    };
  }

  private static Optional<Boolean> compare(
      OptionalDouble number, java.util.function.DoublePredicate kept) {
    return number.isPresent() ? Optional.of(kept.test(number.getAsDouble())) : Optional.empty();
  }
}
