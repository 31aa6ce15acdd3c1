package polder.model;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom a balance leads to: {@code tag:role=web:8080}, {@code tag:web:8080}, {@code
 * zone:web1:8080,weight=3}.
 *
 * @param whom the zones
 * @param port theirs, 1 to 65535
 * @param weight how many shares each of them gets: 1 to 100
 */
public record BalanceTarget(Whom whom, int port, int weight) {
  private static final Pattern FORM =
      Pattern.compile("(tag|zone):(.+):([0-9]{1,5})(?:,weight=([0-9]{1,3}))?");
  private static final int LARGEST = 65_535;
  private static final int HEAVIEST = 100;
  private static final int LONGEST = 255;

  /** The zones that are meant. */
  public sealed interface Whom {
    /** Whether {@code spec} is one of them. */
    boolean isMet(ZoneSpec spec);
  }

  /** Those with a tag, whatever its value. */
  public record Tagged(String tag) implements Whom {
    public Tagged {
      check(tag);
    }

    @Override
    public boolean isMet(ZoneSpec spec) {
      return spec.get(ZoneProperties.TAGS).containsKey(tag);
    }

    @Override
    public String toString() {
      return "tag:" + tag;
    }
  }

  /** Those with a tag of that value. */
  public record Valued(String tag, String value) implements Whom {
    public Valued {
      check(tag);
      checkText(value);
    }

    @Override
    public boolean isMet(ZoneSpec spec) {
      Map<String, Object> tags = spec.get(ZoneProperties.TAGS);
      @Nullable Object has = tags.get(tag);
      return has != null && String.valueOf(has).equals(value);
    }

    @Override
    public String toString() {
      return "tag:" + tag + "=" + value;
    }
  }

  /** The one of that alias or uuid, be it there or not yet. */
  public record Named(ZoneRef zone) implements Whom {
    @Override
    public boolean isMet(ZoneSpec spec) {
      return spec.name().equals(zone.text()) || spec.uuid().toString().equals(zone.text());
    }

    @Override
    public String toString() {
      return "zone:" + zone.text();
    }
  }

  public BalanceTarget {
    if (port < 1 || port > LARGEST) {
      throw invalid("ports are 1 to " + LARGEST);
    }
    if (weight < 1 || weight > HEAVIEST) {
      throw invalid("a weight is 1 to " + HEAVIEST);
    }
  }

  private static void check(String tag) {
    checkText(tag);
    if (tag.indexOf('=') >= 0) {
      throw invalid("a tag whose name has a '=' cannot be named here");
    }
  }

  private static void checkText(String text) {
    if (text.isEmpty()
        || text.length() > LONGEST
        || text.chars().anyMatch(Character::isISOControl)) {
      throw invalid("tags and their values are 1 to 255 characters, none of them a control");
    }
  }

  /**
   * Reads one strictly.
   *
   * @throws PolderException INVALID
   */
  public static BalanceTarget of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw invalid(
          ("'%s' must be tag:NAME[=VALUE]:PORT or zone:NAME:PORT, and ,weight=N if you like, such"
                  + " as tag:role=web:8080")
              .formatted(Types.shorten(text)));
    }
    String weight = form.group(4);
    return new BalanceTarget(
        whom(form.group(1), form.group(2)),
        Integer.parseInt(form.group(3)),
        weight == null ? 1 : Integer.parseInt(weight));
  }

  private static Whom whom(String kind, String name) {
    if (kind.equals("zone")) {
      return new Named(new ZoneRef(name));
    }
    int equals = name.indexOf('=');
    return equals < 0
        ? new Tagged(name)
        : new Valued(name.substring(0, equals), name.substring(equals + 1));
  }

  private static PolderException invalid(String sentence) {
    return new PolderException(ErrorKind.INVALID, sentence);
  }

  @Override
  public String toString() {
    return whom + ":" + port + (weight == 1 ? "" : ",weight=" + weight);
  }
}
