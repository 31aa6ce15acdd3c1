package polder.api;

/** To be replaced. */
public final class Placeholder {
  private Placeholder() {}
}
