package polder.linux;

import java.util.OptionalLong;

/**
 * Weight and cap of one control group's processor time: sched-bwc.rst, cgroup-v2.rst.
 *
 * <p>A weight says how much a group gets beside its siblings when they contend. Ours counts as
 * SmartOS's {@code cpu_shares} do: 100 is what everybody has. That is 1024 in version 1 and 100 in
 * version 2. The kernel's ranges end at 262144 and 10000, so above 25600 and 10000 weights are
 * alike.
 */
final class CpuController {
  private static final long DEFAULT_WEIGHT = 100;
  private static final long DEFAULT_SHARES = 1024;
  private static final long MIN_SHARES = 2; // kernel/sched/sched.h
  private static final long MAX_SHARES = 262_144;
  private static final long MAX_WEIGHT = 10_000; // linux/cgroup.h
  private static final long PERIOD_MICROS = 100_000;
  private static final long PERCENT = 100;
  private static final long NANOS_PER_MICRO = 1000;

  private final CgroupFolder folder;

  CpuController(CgroupFolder folder) {
    this.folder = folder;
  }

  /** Whether that weight is what a new group has. */
  static boolean isDefault(OptionalLong weight) {
    return weight.orElse(DEFAULT_WEIGHT) == DEFAULT_WEIGHT;
  }

  /** Sets the weight, 1 to 65535. */
  void weigh(OptionalLong weight) {
    long value = weight.orElse(DEFAULT_WEIGHT);
    if (folder.unified()) {
      folder.write("cpu.weight", Long.toString(Math.min(value, MAX_WEIGHT)));
    } else {
      long shares = value * DEFAULT_SHARES / DEFAULT_WEIGHT;
      folder.write("cpu.shares", Long.toString(Math.clamp(shares, MIN_SHARES, MAX_SHARES)));
    }
  }

  /** Whether the kernel can hold a group to a cap: CONFIG_CFS_BANDWIDTH. */
  boolean caps() {
    return folder.has(folder.unified() ? "cpu.max" : "cpu.cfs_quota_us");
  }

  /** Sets the cap, in percent of one processor. */
  void cap(OptionalLong percent) {
    OptionalLong quota =
        percent.isPresent()
            ? OptionalLong.of(percent.getAsLong() * PERIOD_MICROS / PERCENT)
            : OptionalLong.empty();
    if (folder.unified()) {
      folder.write(
          "cpu.max",
          (quota.isPresent() ? Long.toString(quota.getAsLong()) : "max") + " " + PERIOD_MICROS);
    } else {
      folder.write("cpu.cfs_period_us", Long.toString(PERIOD_MICROS));
      folder.write("cpu.cfs_quota_us", Long.toString(quota.orElse(-1)));
    }
  }

  /** How long it was held back by its cap, in nanoseconds. */
  OptionalLong throttledNanos() {
    return folder.unified()
        ? nanos(folder.number("cpu.stat", "throttled_usec"))
        : folder.number("cpu.stat", "throttled_time");
  }

  /** Processor time, in nanoseconds; version 2 only, version 1 counts it in cpuacct. */
  OptionalLong usedNanos() {
    return nanos(folder.number("cpu.stat", "usage_usec"));
  }

  private static OptionalLong nanos(OptionalLong micros) {
    return micros.isPresent()
        ? OptionalLong.of(micros.getAsLong() * NANOS_PER_MICRO)
        : OptionalLong.empty();
  }
}
