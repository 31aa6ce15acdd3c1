package polder.metadata;

/** What is said to a request. */
sealed interface Answer {
  /** It is so; {@code text} is what was asked for. */
  record Success(String text) implements Answer {}

  /** There is no such key. */
  record NotFound() implements Answer {}

  /** It is refused, or failed. */
  record Failure(String why) implements Answer {}
}
