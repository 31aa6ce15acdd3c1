package polder.model;

/**
 * One thing that {@code polder doctor} or {@code polder fsck} looked at.
 *
 * @param name what was looked at, such as "control groups"
 * @param level how it stands
 * @param value what was found
 * @param mend what to do about it; empty if nothing
 */
public record Finding(String name, Level level, String value, String mend) {
  /** How a thing stands. */
  public enum Level {
    OK,
    /** Works, but less well than it could. */
    WARNING,
    /** Something does not work without it. */
    MISSING
  }
}
