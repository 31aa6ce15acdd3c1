package polder.model;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The rows of {@link ZoneProperties} that virtual machines alone have. */
public final class VmProperties {
  /** What QEMU needs beside the guest's memory, MiB: its own, and translated code. */
  static final long BESIDE = 384;

  /** For a guest to shut down. */
  static final Duration GRACE = Duration.ofSeconds(60);

  public static final Property<Long> RAM =
      Property.of("ram", Types.integer(16, 1L << 20), "the guest's memory, MiB")
          .only(Brand.VM)
          .otherwise(256L);
  public static final Property<Long> VCPUS =
      Property.of("vcpus", Types.integer(1, 64), "the guest's processors")
          .only(Brand.VM)
          .otherwise(1L);
  public static final Property<String> CPU_TYPE =
      Property.of(
              "cpu_type",
              Types.text(
                  Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"),
                  "the name of a processor as QEMU has it, such as qemu64 or Skylake-Server",
                  63),
              "the kind of the guest's processors; host: all that the accelerator can")
          .only(Brand.VM)
          .otherwise("host");
  public static final Property<String> ACCEL =
      Property.of(
              "accel",
              Types.word("auto", "kvm", "tcg"),
              "who executes the guest's code: the processor (kvm), QEMU's translator (tcg), or kvm"
                  + " where a trial shows that it works (auto)")
          .only(Brand.VM)
          .otherwise("auto");
  public static final Property<String> MACHINE =
      Property.of("machine", Types.word("q35", "pc"), "the kind of computer that QEMU is")
          .only(Brand.VM)
          .otherwise("q35");
  public static final Property<String> VGA =
      Property.of(
              "vga",
              Types.word("none", "std"),
              "the guest's screen, which polder vm screenshot shows; std: VGA with VESA's modes")
          .only(Brand.VM)
          .otherwise("none");
  public static final Property<String> KERNEL =
      Property.of("kernel", Types.PATH, "the host's file with the kernel that is booted")
          .only(Brand.VM);
  public static final Property<String> INITRD =
      Property.of("initrd", Types.PATH, "the host's file with the kernel's first root")
          .only(Brand.VM);
  public static final Property<String> CMDLINE =
      Property.of(
              "cmdline",
              Types.text(Pattern.compile("[ -~]{0,2000}"), "printable ASCII, 2000 at most", 2000),
              "what the kernel is told")
          .only(Brand.VM)
          .otherwise("console=ttyS0");

  public static final Property<List<Disk>> DISKS =
      Property.of("disks", Types.list(Disk.TYPE), "the guest's disks")
          .only(Brand.VM)
          .otherwise(List.of())
          .fixed("a vm's disks are made with it");

  public static final Property<String> NIC_DRIVER =
      Property.of("nic_driver", NicType.MODEL_TYPE, "the model of nics that name none")
          .only(Brand.VM)
          .otherwise("virtio");

  public static final Property<CloudInit> CLOUD_INIT =
      Property.of(
              "cloud_init",
              CloudInit.TYPE,
              "a disk with what the guest's cloud-init is told: this, its name, cards and addresses")
          .only(Brand.VM);

  private VmProperties() {}

  static List<Property<?>> list() {
    return List.of(
        RAM,
        VCPUS,
        CPU_TYPE,
        ACCEL,
        MACHINE,
        VGA,
        KERNEL,
        INITRD,
        CMDLINE,
        DISKS,
        NIC_DRIVER,
        CLOUD_INIT);
  }
}
