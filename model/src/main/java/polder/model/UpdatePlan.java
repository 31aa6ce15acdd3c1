package polder.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an update does, property by property; it never lies.
 *
 * @param lines one for each property that is asked to change
 */
public record UpdatePlan(List<Line> lines) {
  public UpdatePlan {
    lines = List.copyOf(lines);
  }

  /** When a change takes hold. */
  public enum Effect {
    NOW("now"),
    AT_RESTART("at restart"),
    REFUSED("refused"),
    NO_EFFECT("no effect");

    private final String word;

    Effect(String word) {
      this.word = word;
    }

    /** The word for people and JSON. */
    public String word() {
      return word;
    }
  }

  /**
   * One property's change.
   *
   * @param from the value before, as JSON; null for none
   * @param to the value after, as JSON; null for none
   * @param reason why; empty where it goes without saying
   */
  public record Line(
      String property, @Nullable Object from, @Nullable Object to, Effect effect, String reason) {}

  /** Whether something in it is refused, so that nothing of it is done. */
  public boolean refused() {
    return lines.stream().anyMatch(line -> line.effect() == Effect.REFUSED);
  }
}
