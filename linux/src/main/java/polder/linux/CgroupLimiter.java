package polder.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Limits one control group through the controllers that the host has. */
final class CgroupLimiter {
  private final CgroupHost host;
  private final Function<String, Optional<CgroupFolder>> folders;

  /** For the group whose folder of each controller, if there is one, {@code folders} tells. */
  CgroupLimiter(CgroupHost host, Function<String, Optional<CgroupFolder>> folders) {
    this.host = host;
    this.folders = folders;
  }

  /**
   * Puts {@code limits} in force.
   *
   * @param isNew whether nothing limits the group yet: what is not in {@code limits} is not written
   * @return what cannot be in force on this host, a sentence for each
   */
  List<String> limit(CgroupLimits limits, boolean isNew) {
    List<String> cannot = new ArrayList<>(host.cannot(limits));
    folders
        .apply("memory")
        .filter(any -> !isNew || limits.memory().isPresent())
        .map(MemoryController::new)
        .ifPresent(
            memory -> {
              memory.limit(limits.memory(), limits.swap());
              if (limits.swap().isPresent() && !memory.limitsSwap()) {
                cannot.add("swap is not limited: the kernel does not count it");
              }
            });
    folders
        .apply("pids")
        .filter(any -> !isNew || limits.pids().isPresent())
        .map(PidsController::new)
        .ifPresent(pids -> pids.limit(limits.pids()));
    folders
        .apply("cpu")
        .map(CpuController::new)
        .ifPresent(
            cpu -> {
              if (!isNew || !CpuController.isDefault(limits.cpuShares())) {
                cpu.weigh(limits.cpuShares());
              }
              if (isNew && limits.cpuCap().isEmpty()) {
                return;
              }
              if (cpu.caps()) {
                cpu.cap(limits.cpuCap());
              } else if (limits.cpuCap().isPresent()) {
                cannot.add("processor time is not capped: the kernel has no CFS bandwidth control");
              }
            });
    folders
        .apply("io")
        .filter(any -> !isNew || limits.ioWeight().isPresent())
        .map(IoController::new)
        .ifPresent(
            io -> {
              if (io.weighs()) {
                io.weigh(limits.ioWeight());
              } else if (limits.ioWeight().isPresent()) {
                cannot.add("disks are not shared out: no I/O weight without the BFQ scheduler");
              }
            });
    return List.copyOf(cannot);
  }
}
