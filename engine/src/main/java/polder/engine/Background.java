package polder.engine;

/** Work that nobody waits for: its failure is logged here and nowhere else. */
final class Background {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private Background() {}

  /** Has {@code task} done on a virtual thread of its own. */
  static Thread run(Runnable task) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "work in the background failed", e);
              }
            });
  }
}
