package polder.linux;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which devices one control group of version 1 may use: devices.rst.
 *
 * <p>In version 2 this is not a file but a BPF program, which is not loaded here.
 */
final class DevicesController {
  private static final String EVERYTHING = "a *:* rwm";

  private final CgroupFolder folder;

  DevicesController(CgroupFolder folder) {
    this.folder = folder;
  }

  /**
   * Allows {@code rules} and nothing else. What is allowed both before and after is allowed at
   * every moment: what is new is added first, then what is left over is taken away, letter by
   * letter.
   */
  void allowOnly(List<DeviceRule> rules) {
    String list = folder.read("devices.list");
    if (list.contains(EVERYTHING)) {
      folder.write("devices.deny", "a");
      list = "";
    }
    Map<String, String> present = new TreeMap<>();
    list.lines().map(String::strip).forEach(each -> add(present, each));
    Map<String, String> wanted = new TreeMap<>();
    rules.stream().map(DeviceRule::text).forEach(each -> add(wanted, each));
    change("devices.allow", wanted, present);
    change("devices.deny", present, wanted);
  }

  /** Notes letters of access by device: the kernel joins rules for one device too. */
  private static void add(Map<String, String> access, String rule) {
    int space = rule.lastIndexOf(' ');
    access.merge(rule.substring(0, space), rule.substring(space + 1), String::concat);
  }

  /** Writes to {@code file} the letters that {@code these} has and {@code those} has not. */
  private void change(String file, Map<String, String> these, Map<String, String> those) {
    these.forEach(
        (device, letters) -> {
          String other = those.getOrDefault(device, "");
          StringBuilder change = new StringBuilder();
          letters
              .chars()
              .distinct()
              .filter(letter -> other.indexOf(letter) < 0)
              .forEach(change::appendCodePoint);
          if (!change.isEmpty()) {
            folder.write(file, device + " " + change);
          }
        });
  }
}
