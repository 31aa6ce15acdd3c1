package polder.model;

import java.util.List;

/** What must hold between the properties of a virtual machine. */
final class VmRules {
  private VmRules() {}

  static void check(ZoneSpec spec, List<Fault> faults) {
    if (spec.brand() != Brand.VM) {
      return;
    }
    if (!spec.has(VmProperties.KERNEL)) {
      faults.add(
          new Fault(
              VmProperties.KERNEL.name(),
              "a vm needs one: this version's have no disks that they could boot from"));
    }
    long least = spec.get(VmProperties.RAM) + VmProperties.BESIDE;
    if (spec.find(ZoneProperties.MAX_PHYSICAL_MEMORY).orElse(least) < least) {
      faults.add(
          new Fault(
              ZoneProperties.MAX_PHYSICAL_MEMORY.name(),
              "must be at least %d MiB: 'ram', and %d for QEMU; that is what it is if absent"
                  .formatted(least, VmProperties.BESIDE)));
    }
  }
}
