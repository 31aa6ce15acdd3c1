package polder.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.Brand;
import polder.model.CloudInit;
import polder.model.Disk;
import polder.model.Host;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * The operations on virtual machines, which find nothing on their disks to boot; see {@link
 * CrashRows}.
 */
final class VmRows {
  private static final ZoneRef VM = ZoneRef.of(CrashRows.spec().uuid());

  private VmRows() {}

  /** Whether they can be tried here. */
  static boolean possible() {
    return Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64"));
  }

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Zones.create", "of a vm", NetworkRows::network, VmRows::vm, true),
        new CrashRow("Zones.start", "of a vm", VmRows::made, host -> host.zones().start(VM), true),
        new CrashRow(
            "Zones.delete", "of a vm", VmRows::made, host -> host.zones().delete(VM, false), false),
        new CrashRow(
            "Guests.reset", "of a vm", VmRows::running, host -> host.guests().reset(VM), false),
        new CrashRow(
            "Guests.nmi", "of a vm", VmRows::running, host -> host.guests().nmi(VM), false));
  }

  private static void running(Host host) {
    made(host);
    host.zones().start(VM);
  }

  private static void made(Host host) {
    NetworkRows.network(host);
    vm(host);
  }

  private static void vm(Host host) {
    Disk disk =
        new Disk(
            Optional.empty(), Optional.of(1L), "virtio", "disk", false, Optional.empty(), Disk.RAW);
    ZoneSpec spec =
        ZoneSpec.of(Brand.VM)
            .with(ZoneProperties.ZONE_UUID, CrashRows.spec().uuid())
            .with(ZoneProperties.ALIAS, "crashed")
            .with(VmProperties.RAM, 64L)
            .with(VmProperties.ACCEL, "tcg")
            .with(VmProperties.DISKS, List.of(disk))
            .with(ZoneProperties.NICS, NetworkRows.nics())
            .with(VmProperties.CLOUD_INIT, new CloudInit("#cloud-config\n", Map.of()));
    host.zones().create(spec);
  }
}
