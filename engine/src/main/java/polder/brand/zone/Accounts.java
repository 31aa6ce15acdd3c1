package polder.brand.zone;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A zone's users and groups, as its own passwd(5) and group(5) have them.
 *
 * <p>The files are the zone's, so any byte may be in them. A line that is not of the form is passed
 * over; no part of a number is ever taken for the whole.
 *
 * @param passwd the text of {@code /etc/passwd}; empty if there is none
 * @param group the text of {@code /etc/group}
 * @param ids how many ids the zone has, from 0 on
 */
record Accounts(String passwd, String group, long ids) {
  private static final int PASSWD_FIELDS = 7;
  private static final int GROUP_FIELDS = 4;
  private static final int MOST_GROUPS = 65_536; // NGROUPS_MAX, linux/limits.h
  private static final int MOST_DIGITS = 10;

  /** From the files' bytes, which may be anything. */
  static Accounts of(byte[] passwd, byte[] group, long ids) {
    return new Accounts(
        new String(passwd, StandardCharsets.UTF_8), new String(group, StandardCharsets.UTF_8), ids);
  }

  /**
   * Who {@code user} is: a name or number, and perhaps {@code :group}.
   *
   * <p>Without a group, the group and the supplementary groups are the user's own; a number that no
   * line knows has group 0, as with Docker. With a group, that is the only one.
   *
   * @throws PolderException INVALID if there is no such user or group
   */
  Account find(String user) {
    int colon = user.indexOf(':');
    String who = colon < 0 ? user : user.substring(0, colon);
    Optional<String[]> line = user(who);
    long uid =
        line.map(fields -> fields[2])
            .map(text -> number(text, "user"))
            .orElseGet(() -> numberOnly(who, "user"));
    String name = line.map(fields -> fields[0]).orElse(who);
    String home = line.map(fields -> fields[5]).filter(Accounts::isHome).orElse("/");
    if (colon >= 0) {
      long gid = group(user.substring(colon + 1));
      return new Account(uid, gid, List.of(gid), home, name);
    }
    long gid = line.map(fields -> number(fields[3], "group")).orElse(0L);
    Set<Long> groups = new LinkedHashSet<>(List.of(gid));
    if (line.isPresent()) {
      groups.addAll(memberships(name));
    }
    return new Account(uid, gid, List.copyOf(groups), home, name);
  }

  private Optional<String[]> user(String who) {
    Optional<String[]> byName =
        lines(passwd, PASSWD_FIELDS, fields -> fields[0].equals(who) && known(fields[3]));
    if (byName.isPresent() || !isDigits(who)) {
      return byName;
    }
    return lines(passwd, PASSWD_FIELDS, fields -> fields[2].equals(who) && known(fields[3]));
  }

  private long group(String which) {
    return lines(group, GROUP_FIELDS, fields -> fields[0].equals(which))
        .map(fields -> number(fields[2], "group"))
        .orElseGet(() -> numberOnly(which, "group"));
  }

  private List<Long> memberships(String name) {
    List<Long> groups = new ArrayList<>();
    group
        .lines()
        .map(line -> line.split(":", -1))
        .filter(fields -> fields.length == GROUP_FIELDS && known(fields[2]))
        .filter(fields -> List.of(fields[3].split(",", -1)).contains(name))
        .limit(MOST_GROUPS - 1)
        .forEach(fields -> parse(fields[2]).ifPresent(groups::add));
    return groups;
  }

  private Optional<String[]> lines(String text, int count, Predicate<String[]> wanted) {
    return text.lines()
        .map(line -> line.split(":", -1))
        .filter(fields -> fields.length == count && known(fields[2]) && wanted.test(fields))
        .findFirst();
  }

  /** A home goes into the environment: a path, of one line. */
  private static boolean isHome(String path) {
    return path.startsWith("/") && path.chars().noneMatch(c -> c < ' ' || c == 0x7f);
  }

  private long numberOnly(String text, String what) {
    if (!isDigits(text)) {
      throw new PolderException(
          ErrorKind.INVALID, "the zone has no %s '%s'; a number works too".formatted(what, text));
    }
    return number(text, what);
  }

  private long number(String text, String what) {
    return parse(text)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.INVALID,
                    "%s '%s' is not one of the zone's ids, 0 to %d"
                        .formatted(what, text, ids - 1)));
  }

  private boolean known(String number) {
    return parse(number).isPresent();
  }

  /** Decimal digits without sign, blanks or leading zeroes, below the count of ids. */
  private OptionalLong parseDigits(String text) {
    if (!isDigits(text) || text.length() > MOST_DIGITS) {
      return OptionalLong.empty();
    }
    if (text.length() > 1 && text.charAt(0) == '0') {
      return OptionalLong.empty();
    }
    long value = Long.parseLong(text);
    return value < ids ? OptionalLong.of(value) : OptionalLong.empty();
  }

  private Optional<Long> parse(String text) {
    OptionalLong value = parseDigits(text);
    return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
