package polder.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What one contender took in each round, in the order of the rounds.
 *
 * @param values at least one
 */
public record Samples(List<Double> values) {
  public Samples {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no samples");
    }
  }

  /** The middle one; of an even number, the mean of the two in the middle. */
  public double median() {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The least. */
  public double min() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** The largest. */
  public double max() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** Median divided by the other's median. */
  public double ratioTo(Samples other) {
    return median() / other.median();
  }

  /**
   * The median of the ratios of each round: what both took within the same fraction of a second, so
   * that a machine that slows down for a while does not count.
   *
   * @throws IllegalArgumentException if they were not in the same rounds
   */
  public double ratioByRound(Samples other) {
    if (values.size() != other.values.size()) {
      throw new IllegalArgumentException(
          "%d rounds beside %d".formatted(values.size(), other.values.size()));
    }
    double[] ratios = new double[values.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values.get(i) / other.values.get(i);
    }
    return median(ratios);
  }

  private static double median(double[] numbers) {
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
