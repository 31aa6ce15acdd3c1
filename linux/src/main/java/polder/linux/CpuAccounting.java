package polder.linux;

import java.util.OptionalLong;

/** What one control group of version 1 has used of the processors: cpuacct.rst. */
final class CpuAccounting {
  private final CgroupFolder folder;

  CpuAccounting(CgroupFolder folder) {
    this.folder = folder;
  }

  /** Processor time, in nanoseconds. */
  OptionalLong usedNanos() {
    return folder.number("cpuacct.usage");
  }
}
