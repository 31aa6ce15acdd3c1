package polder.linux;

import java.util.List;

/** On which processors one control group runs: cpusets.rst, cgroup-v2.rst. */
final class CpusetController {
  private static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems");

  private final CgroupFolder folder;

  CpusetController(CgroupFolder folder) {
    this.folder = folder;
  }

  /** Whether processes can enter it: a group of version 2 always has what its parent has. */
  boolean isSet() {
    return folder.unified() || FILES.stream().noneMatch(file -> folder.read(file).isBlank());
  }

  /**
   * Has the kernel give groups that are made in it what it has (version 1). Where it cannot, {@link
   * #inherit} does.
   */
  void handDown() {
    if (folder.has("cgroup.clone_children")) {
      folder.write("cgroup.clone_children", "1");
    }
  }

  /**
   * Gives a new group what its parent has. In version 1 a group begins with no processor and no
   * memory node, and no process can enter it until it has both.
   */
  void inherit(CgroupFolder parent) {
    if (folder.unified()) {
      return;
    }
    for (String file : FILES) {
      if (folder.read(file).isBlank()) {
        folder.write(file, parent.read(file));
      }
    }
  }

  /**
   * Runs it on {@code processors} only, a list such as "0-3,8".
   *
   * @throws SyscallException ERANGE, EINVAL or EACCES if there are no such processors here
   */
  void pin(String processors) {
    folder.write("cpuset.cpus", processors);
  }
}
