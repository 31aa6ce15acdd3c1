package polder.brand.zone;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The users and groups of a native zone, from the host's: root, nobody and those of programs, for
 * files below /usr are theirs; no person, and no password.
 *
 * @param passwd the text of the host's passwd(5)
 * @param group the text of the host's group(5)
 */
record HostAccounts(String passwd, String group) {
  private static final int FIRST_PERSON = 1000; // UID_MIN of login.defs(5)
  private static final int NOBODY = 65_534;
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,4}");

  String passwdText() {
    return users()
        .map(
            fields ->
                String.join(
                    ":", fields[0], "x", fields[2], fields[3], fields[4], fields[5], fields[6]))
        .collect(lines());
  }

  /** Nobody can log in by a password, until the zone's root sets one. */
  String shadowText() {
    return users().map(fields -> fields[0] + ":*:19000:0:99999:7:::").collect(lines());
  }

  String groupText() {
    return groups()
        .map(fields -> "%s:x:%s:%s".formatted(fields[0], fields[2], members(fields[3])))
        .collect(lines());
  }

  String gshadowText() {
    return groups()
        .map(fields -> "%s:*::%s".formatted(fields[0], members(fields[3])))
        .collect(lines());
  }

  private Stream<String[]> users() {
    return fields(passwd, 7);
  }

  private Stream<String[]> groups() {
    return fields(group, 4);
  }

  private static Stream<String[]> fields(String text, int count) {
    Predicate<String[]> program =
        fields -> fields.length == count && !fields[0].isEmpty() && isProgram(fields[2]);
    return text.lines().map(line -> line.split(":", -1)).filter(program);
  }

  private static boolean isProgram(String id) {
    return NUMBER.matcher(id).matches()
        && (Integer.parseInt(id) < FIRST_PERSON || Integer.parseInt(id) == NOBODY);
  }

  private String members(String names) {
    Set<String> kept = users().map(fields -> fields[0]).collect(Collectors.toSet());
    return List.of(names.split(",", -1)).stream()
        .filter(kept::contains)
        .collect(Collectors.joining(","));
  }

  private static Collector<CharSequence, ?, String> lines() {
    return Collectors.joining("\n", "", "\n");
  }
}
