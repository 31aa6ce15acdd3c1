package polder.linux;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Devices that may be used, and how: a line of {@code devices.list}, such as "c 1:3 rwm".
 *
 * @param kind {@code 'b'} for block devices, {@code 'c'} for character devices
 * @param major the driver; empty for all
 * @param minor the device; empty for all
 * @param access some of "rwm", in this order: read, write, make the node
 */
public record DeviceRule(char kind, OptionalInt major, OptionalInt minor, String access) {
  private static final Pattern FORM =
      Pattern.compile("([bc]) (\\*|\\d{1,4}):(\\*|\\d{1,7}) (r?w?m?)");

  public DeviceRule {
    if (kind != 'b' && kind != 'c') {
      throw new IllegalArgumentException("device kind '%c': use b or c".formatted(kind));
    }
    if (access.isEmpty() || !access.matches("r?w?m?")) {
      throw new IllegalArgumentException("device access '%s': use some of rwm".formatted(access));
    }
  }

  /**
   * Reads "c 1:3 rwm".
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static DeviceRule parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "device rule '%s': write it as in 'c 1:3 rwm' or 'b *:* m'".formatted(text));
    }
    return new DeviceRule(
        matcher.group(1).charAt(0),
        number(matcher.group(2)),
        number(matcher.group(3)),
        matcher.group(4));
  }

  private static OptionalInt number(String text) {
    return text.equals("*") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
  }

  /** As the kernel writes and reads it. */
  public String text() {
    return "%c %s:%s %s".formatted(kind, text(major), text(minor), access);
  }

  private static String text(OptionalInt number) {
    return number.isPresent() ? Integer.toString(number.getAsInt()) : "*";
  }
}
