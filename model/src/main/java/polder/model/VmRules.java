package polder.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What must hold between the properties of a virtual machine. */
final class VmRules {
  private static final int MOST_DISKS = 16;
  private static final int MOST_IDE = 4; // two channels of two

  private VmRules() {}

  static void check(ZoneSpec spec, List<Fault> faults) {
    if (spec.brand() != Brand.VM) {
      return;
    }
    if (!spec.has(VmProperties.KERNEL)) {
      if (spec.get(VmProperties.DISKS).isEmpty()) {
        faults.add(
            new Fault(VmProperties.KERNEL.name(), "a vm needs one, or 'disks' to boot from"));
      }
      for (Property<?> needs : List.of(VmProperties.INITRD, VmProperties.CMDLINE)) {
        if (spec.has(needs)) {
          faults.add(new Fault(needs.name(), "needs 'kernel'"));
        }
      }
    }
    if (!spec.has(VmProperties.CLOUD_INIT)) {
      for (Property<?> told :
          List.of(ZoneProperties.ROUTES, ZoneProperties.DNS_DOMAIN, ZoneProperties.RESOLVERS)) {
        if (spec.has(told)) {
          faults.add(new Fault(told.name(), "needs 'cloud_init', by which a guest is told"));
        }
      }
    }
    disks(spec.get(VmProperties.DISKS), faults);
    long least = spec.get(VmProperties.RAM) + VmProperties.BESIDE;
    if (spec.find(ZoneProperties.MAX_PHYSICAL_MEMORY).orElse(least) < least) {
      faults.add(
          new Fault(
              ZoneProperties.MAX_PHYSICAL_MEMORY.name(),
              "must be at least %d MiB: 'ram', and %d for QEMU; that is what it is if absent"
                  .formatted(least, VmProperties.BESIDE)));
    }
  }

  private static void disks(List<Disk> disks, List<Fault> faults) {
    if (disks.size() > MOST_DISKS) {
      faults.add(new Fault("disks", "at most %d".formatted(MOST_DISKS)));
    }
    if (disks.stream().filter(disk -> disk.model().equals("ide")).count() > MOST_IDE) {
      faults.add(new Fault("disks", "at most %d of model ide".formatted(MOST_IDE)));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < disks.size(); i++) {
      if (!names.add(disks.get(i).name(i))) {
        faults.add(
            new Fault(
                "disks[%d].path".formatted(i),
                "'%s' is another's".formatted(disks.get(i).name(i))));
      }
    }
  }
}
