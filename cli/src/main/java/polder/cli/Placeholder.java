package polder.cli;

/** To be replaced. */
public final class Placeholder {
  private Placeholder() {}
}
