package polder.brand.vm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import polder.brand.Lan;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * How QEMU is called. Nothing is there that is not written here: no default devices, no
 * configuration files, no monitor but ours, no network of its own. What a payload says goes into
 * words that are checked, or stands alone after its option.
 */
final class QemuCommand {
  /** Where QEMU's control socket is, from the cage's root. */
  static final String CONTROL = "/run/qmp";

  static final String SOCKET = "qmp.sock";

  /** Where its guest's second serial port is, beside that. */
  static final String METADATA = "metadata.sock";

  /** Where it finds what it boots. */
  static final String KERNEL = "/boot/kernel";

  static final String INITRD = "/boot/initrd";
  static final String ROM = "/boot/rom";

  private static final List<String> PLACES =
      List.of(
          "/usr/bin/qemu-system-x86_64",
          "/usr/local/bin/qemu-system-x86_64",
          "/usr/libexec/qemu-kvm");

  private QemuCommand() {}

  /** QEMU, where the host has one; a cage has it in the same place. */
  static Optional<Path> find() {
    return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }

  /** The command that is the guest of {@code spec}. */
  static List<String> of(Path qemu, ZoneSpec spec, Accelerator accelerator, Lan lan) {
    List<String> command = base(qemu, spec.get(VmProperties.MACHINE), accelerator);
    String type = spec.get(VmProperties.CPU_TYPE);
    add(command, "-name", spec.name());
    add(command, "-uuid", spec.uuid().toString());
    add(command, "-cpu", type.equals("host") ? accelerator.allFeatures() : type);
    add(command, "-smp", String.valueOf(spec.get(VmProperties.VCPUS)));
    add(command, "-m", spec.get(VmProperties.RAM) + "M");
    add(command, "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console");
    add(
        command,
        "-chardev",
        "socket,id=control,path=%s/%s,server=on,wait=off".formatted(CONTROL, SOCKET),
        "-mon",
        "chardev=control,mode=control");
    if (spec.get(ZoneProperties.GUEST_METADATA)) {
      add(
          command,
          "-chardev",
          "socket,id=metadata,path=%s/%s,server=on,wait=off".formatted(CONTROL, METADATA),
          "-serial",
          "chardev:metadata");
    }
    add(command, "-device", "pvpanic", "-action", "panic=exit-failure");
    add(command, "-boot", "strict=on");
    if (!spec.get(VmProperties.VGA).equals("none")) {
      add(command, "-device", "VGA");
    }
    command.addAll(Disks.options(spec));
    command.addAll(NetworkCards.options(spec, lan));
    spec.find(VmProperties.CLOUD_INIT).ifPresent(_ -> command.addAll(Seed.options()));
    spec.find(VmProperties.KERNEL)
        .ifPresent(_ -> add(command, "-kernel", KERNEL, "-append", spec.get(VmProperties.CMDLINE)));
    spec.find(VmProperties.INITRD).ifPresent(_ -> add(command, "-initrd", INITRD));
    return List.copyOf(command);
  }

  /**
   * The command that runs the trial guest, and ends with {@link TrialGuest#WELL} if all is well.
   */
  static List<String> trial(Path qemu, Accelerator accelerator) {
    List<String> command = base(qemu, "q35", accelerator);
    add(command, "-cpu", accelerator.allFeatures(), "-m", "16M", "-bios", ROM, "-no-reboot");
    add(command, "-device", "isa-debug-exit,iobase=0xf4,iosize=1");
    return List.copyOf(command);
  }

  private static List<String> base(Path qemu, String machine, Accelerator accelerator) {
    List<String> command = new ArrayList<>(List.of(qemu.toString()));
    add(command, "-nodefaults", "-no-user-config");
    add(
        command,
        "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    add(command, "-machine", machine + ",usb=off,vmport=off,dump-guest-core=off");
    add(command, "-accel", accelerator.option());
    add(command, "-display", "none", "-vga", "none");
    return command;
  }

  private static void add(List<String> command, String... words) {
    Stream.of(words).forEach(command::add);
  }
}
