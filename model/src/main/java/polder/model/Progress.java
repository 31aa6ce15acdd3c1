package polder.model;

/** Told how far long work has come; may be called often, from any thread, and must be quick. */
@FunctionalInterface
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (what, done, total) -> {};

  /**
   * So far.
   *
   * @param what what is being done, such as "unpacking"
   * @param done how much, in {@code total}'s unit (bytes, unless {@code what} says otherwise)
   * @param total of how much; -1 where nobody knows
   */
  void report(String what, long done, long total);
}
