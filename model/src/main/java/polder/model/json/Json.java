package polder.model.json;

/** To be replaced. */
public final class Json {
  private Json() {}
}
