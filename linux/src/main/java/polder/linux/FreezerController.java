package polder.linux;

/** Stops and continues one control group as a whole: freezer-subsystem.rst, cgroup-v2.rst. */
final class FreezerController {
  private final CgroupFolder folder;

  FreezerController(CgroupFolder folder) {
    this.folder = folder;
  }

  void freeze() {
    folder.write(folder.unified() ? "cgroup.freeze" : "freezer.state", frozenWord(true));
  }

  void thaw() {
    folder.write(folder.unified() ? "cgroup.freeze" : "freezer.state", frozenWord(false));
  }

  /** Whether all of it has come to a stop. */
  boolean frozen() {
    return folder.unified()
        ? folder.number("cgroup.events", "frozen").orElse(0) == 1
        : folder.read("freezer.state").equals("FROZEN");
  }

  /** Whether it is meant to be stopped, even if not all of it has come to a stop. */
  boolean freezing() {
    return folder.unified()
        ? folder.number("cgroup.freeze").orElse(0) == 1
        : !folder.read("freezer.state").equals("THAWED");
  }

  private String frozenWord(boolean frozen) {
    if (folder.unified()) {
      return frozen ? "1" : "0";
    }
    return frozen ? "FROZEN" : "THAWED";
  }
}
