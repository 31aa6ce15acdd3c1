package polder.linux;

import java.util.OptionalLong;

/** How many processes and threads one control group has: the same files in both versions. */
final class PidsController {
  private final CgroupFolder folder;

  PidsController(CgroupFolder folder) {
    this.folder = folder;
  }

  void limit(OptionalLong pids) {
    folder.write("pids.max", pids.isPresent() ? Long.toString(pids.getAsLong()) : "max");
  }

  OptionalLong used() {
    return folder.number("pids.current");
  }

  /** How many forks failed at the limit. */
  OptionalLong refused() {
    return folder.number("pids.events", "max");
  }
}
