package polder.compare;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.Brand;
import polder.model.Disk;
import polder.model.VmProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** A virtual machine, with a kernel of its own. */
final class GuestPlace implements Place {
  private static final long RAM = 256;
  private static final long DISK = 1024; // MiB

  private final TrialHost host;
  private final Devices devices;
  private final String accelerator;
  private final ZoneRef vm;

  /** One made now, that boots {@code kernel} with a root of its drivers. */
  GuestPlace(
      TrialHost host, Workshop workshop, GuestKernel kernel, Devices devices, String accelerator) {
    this.host = host;
    this.devices = devices;
    this.accelerator = accelerator;
    List<String> drivers = kernel.inOrder(devices.drivers());
    ZoneSpec spec =
        ZoneSpec.of(Brand.VM)
            .with(VmProperties.RAM, RAM)
            .with(VmProperties.ACCEL, accelerator)
            .with(VmProperties.KERNEL, kernel.image().toString())
            .with(VmProperties.INITRD, kernel.initrd(workshop, name(), drivers).toString())
            .with(VmProperties.DISKS, List.of(disk(workshop)));
    this.vm = host.create(name(), spec, Optional.of(devices.card()));
    host.update(
        vm,
        Map.of(
            "cmdline",
            "console=ttyS0 quiet panic=-1 disk=%s address=%s"
                .formatted(devices.diskName(), host.address(vm))));
  }

  private Disk disk(Workshop workshop) {
    Path file = workshop.directory().resolve("disk");
    if (!file.toFile().exists()) {
      Tools.run("truncate", "-s", DISK + "M", file.toString());
      Tools.run("mkfs.ext4", "-q", "-F", file.toString());
    }
    return new Disk(
        Optional.empty(),
        Optional.of(DISK),
        devices.disk(),
        "disk",
        false,
        Optional.of(file.toString()),
        Disk.RAW);
  }

  @Override
  public String name() {
    return "vm-%s-%s".formatted(devices.word(), accelerator);
  }

  @Override
  public String what() {
    return "a virtual machine with %s, its code %s"
        .formatted(
            devices.what(),
            accelerator.equals("kvm") ? "run by the processor" : "translated by QEMU");
  }

  @Override
  public int warmUps() {
    return 0; // its kernel takes most of a start
  }

  @Override
  public Running start() {
    return host.start(vm);
  }

  @Override
  public void close() {
    host.delete(vm);
  }
}
