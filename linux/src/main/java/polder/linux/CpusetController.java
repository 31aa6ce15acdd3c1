package polder.linux;

import java.util.List;

/** On which processors one control group runs: cpusets.rst, cgroup-v2.rst. */
final class CpusetController {
  private static final List<String> FILES = List.of("cpuset.cpus", "cpuset.mems");

  private final CgroupFolder folder;

  CpusetController(CgroupFolder folder) {
    this.folder = folder;
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
