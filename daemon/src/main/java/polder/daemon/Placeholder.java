package polder.daemon;

/** To be replaced. */
public final class Placeholder {
  private Placeholder() {}
}
