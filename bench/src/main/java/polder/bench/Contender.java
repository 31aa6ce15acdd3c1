package polder.bench;

/**
 * One who does what a row measures: we, or a peer. It is opened once, asked many times, closed
 * once.
 */
interface Contender extends AutoCloseable {
  /**
   * Does it once.
   *
   * @return what it took or reached, in the row's unit
   */
  double measure();

  /** Takes away what opening made. */
  @Override
  default void close() {}

  /** The milliseconds that {@code work} takes. */
  static double milliseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
