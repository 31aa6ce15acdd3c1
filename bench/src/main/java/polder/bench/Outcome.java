package polder.bench;

/** How an entrant did. */
sealed interface Outcome {
  /** It took part in every round. */
  record Measured(Samples samples) implements Outcome {}

  /** It is not on this machine; {@code why} says how to get it. */
  record Absent(String why) implements Outcome {}

  /** It was there, and failed. */
  record Failed(String why) implements Outcome {}
}
