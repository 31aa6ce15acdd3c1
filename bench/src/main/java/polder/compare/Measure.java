package polder.compare;

/**
 * Something that each place is measured by.
 *
 * @param name a word
 * @param what it is, in a few words
 * @param unit of its values
 * @param moreIsBetter whether a larger value is the better one
 */
record Measure(String name, String what, String unit, boolean moreIsBetter) {
  static final Measure START =
      new Measure("start", "from start to its first program's first word", "ms", false);
  static final Measure RESIDENT =
      new Measure("resident", "memory of its processes on the host, at rest (PSS)", "MiB", false);
  static final Measure FIT =
      new Measure("fit", "so many fit into 1 GiB, by that memory", "places", true);
}
