package polder.linux;

/**
 * One thing that a host has or lacks.
 *
 * @param name what, such as "idmapped mounts"
 * @param value what was found, such as "yes" or "Linux 6.18"
 * @param level how good that is
 * @param mend what to do about it; empty if nothing
 */
public record HostFeature(String name, String value, Level level, String mend) {
  /** How good something is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** Zones run, but slower, fewer, or with less of a limit. */
    WARNING,
    /** Zones do not run without it. */
    MISSING
  }

  /** Whether nothing needs to be mended. */
  public boolean ok() {
    return level == Level.OK;
  }

  static HostFeature good(String name, String value) {
    return new HostFeature(name, value, Level.OK, "");
  }

  /** What zones cannot do without. */
  static HostFeature needed(String name, String value, boolean ok, String mend) {
    return ok ? good(name, value) : new HostFeature(name, value, Level.MISSING, mend);
  }

  /** What zones are better with. */
  static HostFeature wanted(String name, String value, boolean ok, String mend) {
    return ok ? good(name, value) : new HostFeature(name, value, Level.WARNING, mend);
  }
}
