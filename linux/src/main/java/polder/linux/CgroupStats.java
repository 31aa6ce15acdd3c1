package polder.linux;

import java.util.OptionalLong;

/**
 * What a control group uses and has met with; empty is what this host does not count.
 *
 * @param memory bytes now, page cache included
 * @param memoryPeak the most that it ever was
 * @param swap bytes now
 * @param pids processes and threads now
 * @param cpuNanos processor time, in nanoseconds
 * @param throttledNanos how long it was held back by its cap, in nanoseconds
 * @param readBytes from block devices
 * @param writtenBytes to block devices
 * @param oomKills processes that the kernel killed for want of memory
 * @param pidsRefused forks that failed at the limit
 */
public record CgroupStats(
    OptionalLong memory,
    OptionalLong memoryPeak,
    OptionalLong swap,
    OptionalLong pids,
    OptionalLong cpuNanos,
    OptionalLong throttledNanos,
    OptionalLong readBytes,
    OptionalLong writtenBytes,
    OptionalLong oomKills,
    OptionalLong pidsRefused) {}
