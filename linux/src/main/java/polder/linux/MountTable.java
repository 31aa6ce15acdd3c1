package polder.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is mounted where, as one process sees it: {@code /proc/PID/mountinfo}.
 *
 * @param entries in the kernel's order, in which what was mounted later comes later
 */
public record MountTable(List<MountEntry> entries) {
  private static final int FIXED_FIELDS = 6;
  private static final int FIELDS_AFTER_DASH = 3;

  public MountTable {
    entries = List.copyOf(entries);
  }

  /** What this process's main thread sees. */
  public static MountTable own() {
    return parse(Procfs.read("/proc/self/mountinfo"));
  }

  /** What the calling thread sees, which may be in a mount namespace of its own. */
  static MountTable ofThread() {
    return parse(Procfs.read("/proc/thread-self/mountinfo"));
  }

  /**
   * What process {@code pid} sees.
   *
   * @throws SyscallException ENOENT, ESRCH or EINVAL if there is no such process
   */
  public static MountTable of(long pid) {
    return parse(Procfs.read("/proc/" + pid + "/mountinfo"));
  }

  /** The mount that is seen at {@code place}: the last one there. */
  public Optional<MountEntry> at(Path place) {
    String wanted = place.toString();
    return entries.reversed().stream().filter(each -> each.place().equals(wanted)).findFirst();
  }

  /** All mounts at {@code place} or below it. */
  public List<MountEntry> below(Path place) {
    return entries.stream().filter(each -> Path.of(each.place()).startsWith(place)).toList();
  }

  /**
   * Reads the kernel's text. Names in it may be any bytes; what is not UTF-8 is replaced.
   *
   * @throws IllegalArgumentException if a line is not of the form in the manual
   */
  static MountTable parse(byte[] text) {
    List<MountEntry> entries = new ArrayList<>();
    // ISO-8859-1 keeps each byte a char, until the escapes in it are bytes again
    for (String line : new String(text, StandardCharsets.ISO_8859_1).lines().toList()) {
      entries.add(entry(line));
    }
    return new MountTable(entries);
  }

  private static MountEntry entry(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    int dash = fields.subList(Math.min(FIXED_FIELDS, fields.size()), fields.size()).indexOf("-");
    int after = FIXED_FIELDS + dash + 1;
    if (dash < 0 || fields.size() < after + FIELDS_AFTER_DASH) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line);
    }
    return new MountEntry(
        Integer.parseInt(fields.get(0)),
        Integer.parseInt(fields.get(1)),
        fields.get(2),
        unescape(fields.get(3)),
        unescape(fields.get(4)),
        options(fields.get(5)),
        fields.subList(FIXED_FIELDS, FIXED_FIELDS + dash),
        unescape(fields.get(after)),
        unescape(fields.get(after + 1)),
        options(unescape(fields.get(after + 2))));
  }

  private static Set<String> options(String text) {
    return new HashSet<>(List.of(text.split(",", -1)));
  }

  /** Turns each backslash with three octal digits into the byte they name. */
  private static String unescape(String text) {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && i + 3 < text.length()) {
        bytes[length++] = (byte) Integer.parseInt(text.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        bytes[length++] = (byte) text.charAt(i);
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
