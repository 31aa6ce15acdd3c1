package polder.compare;

/** Somewhere to work: the host itself, a kind of zone, a kind of virtual machine. */
interface Place extends AutoCloseable {
  /** A word such as {@code native}. */
  String name();

  /** What it is, in a few words. */
  String what();

  /** How often it is started before that counts. */
  int warmUps();

  /** Starts it; returns when its worker listens. */
  Running start();

  @Override
  void close();
}
