package polder.linux;

import java.util.OptionalLong;

/**
 * What a control group may use; what is empty is not limited, or has the kernel's default weight.
 *
 * @param memory bytes of memory, page cache included; from 1 page up
 * @param swap bytes of swap beside it, 0 for none; needs {@code memory}
 * @param pids how many processes and threads, from 1 up
 * @param cpuShares the weight among siblings when they contend, 1 to 65535; 100 is the default
 * @param cpuCap percent of one processor that it never gets more than, 1 to 1,000,000
 * @param ioWeight the weight among siblings when they contend for a disk, 1 to 10000; 100 is the
 *     default
 */
public record CgroupLimits(
    OptionalLong memory,
    OptionalLong swap,
    OptionalLong pids,
    OptionalLong cpuShares,
    OptionalLong cpuCap,
    OptionalLong ioWeight) {
  /** No limit at all. */
  public static final CgroupLimits NONE =
      new CgroupLimits(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());

  private static final long PAGE = 4096;

  public CgroupLimits {
    check("memory", memory, PAGE, Long.MAX_VALUE / 2);
    check("swap", swap, 0, Long.MAX_VALUE / 2);
    check("pids", pids, 1, 4_194_304); // PID_MAX_LIMIT, linux/threads.h
    check("cpu shares", cpuShares, 1, 65_535);
    check("cpu cap", cpuCap, 1, 1_000_000);
    check("io weight", ioWeight, 1, 10_000);
    if (swap.isPresent() && memory.isEmpty()) {
      throw new IllegalArgumentException("a swap limit needs a memory limit");
    }
  }

  private static void check(String what, OptionalLong value, long least, long most) {
    if (value.isPresent() && (value.getAsLong() < least || value.getAsLong() > most)) {
      throw new IllegalArgumentException(
          "%s limit %d: use %d to %d".formatted(what, value.getAsLong(), least, most));
    }
  }

  /** These, with {@code bytes} of memory and {@code swap} bytes of swap beside it. */
  public CgroupLimits withMemory(long bytes, long swap) {
    return new CgroupLimits(
        OptionalLong.of(bytes), OptionalLong.of(swap), pids, cpuShares, cpuCap, ioWeight);
  }

  /** These, with at most {@code count} processes and threads. */
  public CgroupLimits withPids(long count) {
    return new CgroupLimits(memory, swap, OptionalLong.of(count), cpuShares, cpuCap, ioWeight);
  }

  /** These, with weight {@code shares} and at most {@code cap} percent of one processor. */
  public CgroupLimits withCpu(OptionalLong shares, OptionalLong cap) {
    return new CgroupLimits(memory, swap, pids, shares, cap, ioWeight);
  }

  /** These, with weight {@code weight} at the disk. */
  public CgroupLimits withIoWeight(long weight) {
    return new CgroupLimits(memory, swap, pids, cpuShares, cpuCap, OptionalLong.of(weight));
  }
}
