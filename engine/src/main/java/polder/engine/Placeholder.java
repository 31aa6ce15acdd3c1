package polder.engine;

/** To be replaced. */
public final class Placeholder {
  private Placeholder() {}
}
