package polder.linux;

import java.util.OptionalLong;

/**
 * Memory and swap of one control group: Documentation/admin-guide/cgroup-v1/memory.rst,
 * cgroup-v2.rst.
 */
final class MemoryController {
  private static final String LIMIT = "memory.limit_in_bytes";
  private static final String LIMIT_WITH_SWAP = "memory.memsw.limit_in_bytes";

  private final CgroupFolder folder;

  MemoryController(CgroupFolder folder) {
    this.folder = folder;
  }

  /** Whether the kernel can limit swap apart from memory. */
  boolean limitsSwap() {
    return folder.has(folder.unified() ? "memory.swap.max" : LIMIT_WITH_SWAP);
  }

  /**
   * Limits memory to {@code memory} bytes and swap to {@code swap} more.
   *
   * @throws SyscallException EBUSY (version 1) if more is in use and cannot be given back
   */
  void limit(OptionalLong memory, OptionalLong swap) {
    if (folder.unified()) {
      folder.write("memory.max", text(memory, "max"));
      if (limitsSwap()) {
        folder.write("memory.swap.max", text(swap, "max"));
      }
      return;
    }
    if (!limitsSwap()) {
      folder.write(LIMIT, text(memory, "-1"));
      return;
    }
    // Version 1 counts swap together with memory, and the sum may never be below memory alone, at
    // no moment: so the sum goes up first and down last.
    OptionalLong both =
        swap.isPresent()
            ? OptionalLong.of(memory.orElseThrow() + swap.getAsLong())
            : OptionalLong.empty();
    long bothBefore = folder.number(LIMIT_WITH_SWAP).orElse(Long.MAX_VALUE);
    if (both.isEmpty() || both.getAsLong() > bothBefore) {
      folder.write(LIMIT_WITH_SWAP, text(both, "-1"));
      folder.write(LIMIT, text(memory, "-1"));
    } else {
      folder.write(LIMIT, text(memory, "-1"));
      folder.write(LIMIT_WITH_SWAP, text(both, "-1"));
    }
  }

  private static String text(OptionalLong value, String none) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : none;
  }

  OptionalLong used() {
    return folder.number(folder.unified() ? "memory.current" : "memory.usage_in_bytes");
  }

  OptionalLong peak() {
    return folder.number(folder.unified() ? "memory.peak" : "memory.max_usage_in_bytes");
  }

  OptionalLong swapUsed() {
    return folder.unified()
        ? folder.number("memory.swap.current")
        : folder.number("memory.stat", "swap");
  }

  /** How many bytes of files its processes have written that are not on the disk yet. */
  OptionalLong dirty() {
    String before = folder.unified() ? "file_" : "total_"; // both with what is below it
    OptionalLong dirty = folder.number("memory.stat", before + "dirty");
    OptionalLong underway = folder.number("memory.stat", before + "writeback");
    return dirty.isPresent() && underway.isPresent()
        ? OptionalLong.of(dirty.getAsLong() + underway.getAsLong())
        : OptionalLong.empty();
  }

  /** How many processes the kernel has killed here for want of memory. */
  OptionalLong oomKills() {
    return folder.number(folder.unified() ? "memory.events" : "memory.oom_control", "oom_kill");
  }
}
