package polder.bench;

/** To be replaced. */
public final class Placeholder {
  private Placeholder() {}
}
