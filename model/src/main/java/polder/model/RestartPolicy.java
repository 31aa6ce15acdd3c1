package polder.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What happens when a zone's program ends by itself.
 *
 * @param mode when it is started again
 * @param most for {@link Mode#ON_FAILURE}, how many times in a row; 0 for no limit
 */
public record RestartPolicy(Mode mode, int most) {
  /** When a zone is started again. */
  public enum Mode {
    NO,
    ON_FAILURE,
    ALWAYS,
    UNLESS_STOPPED
  }

  public static final RestartPolicy NO = new RestartPolicy(Mode.NO, 0);

  private static final Pattern VALID =
      Pattern.compile("(no|always|unless-stopped|on-failure)(?::([1-9][0-9]{0,4}))?");

  /**
   * Reads {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure} or {@code
   * on-failure:5}.
   */
  public static RestartPolicy of(String text) {
    Matcher matcher = VALID.matcher(text);
    if (!matcher.matches()
        || (matcher.group(2) != null && !matcher.group(1).equals("on-failure"))) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' is no restart policy: no, always, unless-stopped, on-failure or on-failure:N"
              .formatted(Types.shorten(text)));
    }
    Mode mode = Mode.valueOf(matcher.group(1).replace('-', '_').toUpperCase(java.util.Locale.ROOT));
    return new RestartPolicy(
        mode, matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)));
  }

  /** The policy as {@link #of} reads it. */
  public String word() {
    String word = mode.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    return most == 0 ? word : word + ":" + most;
  }
}
