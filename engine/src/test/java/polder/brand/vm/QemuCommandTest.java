package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.brand.Lan;
import polder.model.Brand;
import polder.model.CloudInit;
import polder.model.Disk;
import polder.model.MacAddress;
import polder.model.Nic;
import polder.model.Property;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class QemuCommandTest {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");

  /** Every option that may ever be given, and whether a value follows. */
  private static final Set<String> ALONE = Set.of("-nodefaults", "-no-user-config");

  private static final Set<String> WITH_VALUE =
      Set.of(
          "-sandbox",
          "-machine",
          "-accel",
          "-display",
          "-vga",
          "-name",
          "-uuid",
          "-cpu",
          "-smp",
          "-m",
          "-blockdev",
          "-boot",
          "-chardev",
          "-serial",
          "-mon",
          "-device",
          "-netdev",
          "-action",
          "-kernel",
          "-append",
          "-initrd");

  private static ZoneSpec vm() {
    return ZoneSpec.of(Brand.VM)
        .with(ZoneProperties.ZONE_UUID, UUID.fromString("00000000-0000-4000-8000-000000000001"))
        .with(VmProperties.KERNEL, "/k");
  }

  private static Lan lan(ZoneSpec spec) {
    List<Integer> mtus = spec.get(ZoneProperties.NICS).stream().map(_ -> 1500).toList();
    return new Lan(mtus, List.of(), Lan.Names.NONE);
  }

  private static <T> ZoneSpec maybe(Random random, ZoneSpec spec, Property<T> property, T value) {
    return random.nextBoolean() ? spec.with(property, value) : spec;
  }

  /** Any spec that the model takes, with what options are made of in every free text. */
  private static ZoneSpec any(Random random) {
    List<String> texts =
        List.of(
            "console=ttyS0",
            "",
            "-device usb-ehci",
            "a,b=c,,d",
            "x\" -netdev user,id=n",
            "-",
            "--",
            "'; reboot",
            "file=/etc/shadow,format=raw",
            "%s%n",
            "${HOME} $(id)");
    ZoneSpec spec = vm().with(VmProperties.RAM, random.nextLong(16, 4096));
    spec = maybe(random, spec, ZoneProperties.ALIAS, "a-" + random.nextInt(1000));
    spec = maybe(random, spec, VmProperties.VCPUS, random.nextLong(1, 65));
    spec = maybe(random, spec, VmProperties.VGA, random.nextBoolean() ? "none" : "std");
    spec = maybe(random, spec, VmProperties.MACHINE, random.nextBoolean() ? "pc" : "q35");
    spec = maybe(random, spec, VmProperties.CPU_TYPE, random.nextBoolean() ? "qemu64" : "host");
    spec = maybe(random, spec, VmProperties.INITRD, "/tmp/-device,x=y");
    spec = maybe(random, spec, VmProperties.CMDLINE, texts.get(random.nextInt(texts.size())));
    List<Disk> disks = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String model = List.of("virtio", "scsi", "ide", "nvme").get(random.nextInt(4));
      boolean cdrom = random.nextInt(3) == 0 && (model.equals("ide") || model.equals("scsi"));
      disks.add(
          new Disk(
              Optional.of("d" + i),
              Optional.of(1L),
              model,
              cdrom ? "cdrom" : "disk",
              random.nextBoolean(),
              cdrom ? Optional.of("/tmp/,file=x") : Optional.empty(),
              Disk.RAW));
    }
    CloudInit told = new CloudInit("#cloud-config\n-device usb-ehci,file=x", Map.of());
    spec = maybe(random, spec, VmProperties.CLOUD_INIT, told);
    List<Nic> nics = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Nic nic = Nic.on("lab").settled("eth" + i, MacAddress.local(i), "lab", List.of());
      String model = List.of("virtio", "e1000", "rtl8139").get(random.nextInt(3));
      nics.add(random.nextBoolean() ? nic : nic.with(model));
    }
    spec = maybe(random, spec, VmProperties.NIC_DRIVER, random.nextBoolean() ? "e1000" : "virtio");
    return spec.with(ZoneProperties.NICS, nics).with(VmProperties.DISKS, disks).checked();
  }

  @Test
  @DisplayName(
      "S-VM-03 in 100 command lines there is no floppy, USB, network or default device, no format"
          + " is guessed, and the sandbox is on")
  void asksForNothingThatNobodyAskedFor() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      ZoneSpec spec = any(random);
      Accelerator accelerator = random.nextBoolean() ? Accelerator.KVM : Accelerator.TCG;
      List<String> command = QemuCommand.of(QEMU, spec, accelerator, lan(spec));
      String shown = "seed " + seed + ": " + command;
      assertEquals(QEMU.toString(), command.getFirst());
      assertTrue(command.containsAll(ALONE), shown);
      assertEquals(
          "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
          command.get(command.indexOf("-sandbox") + 1),
          shown);
      for (int i = 1; i < command.size(); i++) {
        String option = command.get(i);
        if (WITH_VALUE.contains(option)) {
          i++;
          if (option.equals("-blockdev") && !command.get(i).contains("node-name=seed,")) {
            assertTrue(
                command
                    .get(i)
                    .matches(
                        "driver=raw,node-name=disk[0-9],read-only=(on|off),discard=unmap,"
                            + "file.driver=file,file.filename=/disks/d[0-9]"),
                shown);
          }
          if (option.equals("-netdev")) {
            assertTrue(command.get(i).matches("tap,id=nic[0-9],fd=[4-9],vhost=off"), shown);
          }
          if (!option.equals("-append")) {
            assertFalse(command.get(i).matches(".*(usb-|floppy|fdc|isa-fdc|user,).*"), shown);
          }
        } else {
          assertTrue(ALONE.contains(option), option + " in " + shown);
        }
      }
      assertEquals(1, command.stream().filter("-machine"::equals).count(), shown);
      assertTrue(command.get(command.indexOf("-machine") + 1).contains("usb=off"), shown);
    }
  }

  @Test
  void aCardIsTheTapThatQemuIsGivenOpen() {
    Nic first = Nic.on("lab").settled("eth0", MacAddress.local(1), "lab", List.of());
    Nic second = Nic.on("lab").settled("eth1", MacAddress.local(2), "lab", List.of());
    List<String> command =
        QemuCommand.of(
            QEMU,
            vm().with(ZoneProperties.NICS, List.of(first, second.with("rtl8139"))),
            Accelerator.TCG,
            new Lan(List.of(9000, 9000), List.of(), Lan.Names.NONE));
    String all = String.join(" ", command);
    assertTrue(
        all.contains(
            "-netdev tap,id=nic0,fd=4,vhost=off"
                + " -device virtio-net-pci,host_mtu=9000,netdev=nic0,mac=02:00:00:00:00:01,romfile="
                + " -netdev tap,id=nic1,fd=5,vhost=off"
                + " -device rtl8139,netdev=nic1,mac=02:00:00:00:00:02,romfile="),
        all);
  }

  @Test
  void hostMeansAllThatTheAcceleratorCan() {
    List<String> translated = QemuCommand.of(QEMU, vm(), Accelerator.TCG, Lan.NONE);
    assertEquals("max", translated.get(translated.indexOf("-cpu") + 1));
    List<String> executed = QemuCommand.of(QEMU, vm(), Accelerator.KVM, Lan.NONE);
    assertEquals("host", executed.get(executed.indexOf("-cpu") + 1));
  }
}
