package polder.brand.vm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.brand.Brand;
import polder.brand.IdRange;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.brand.Running;
import polder.brand.zone.CageBrand;
import polder.brand.zone.GivenFile;
import polder.linux.Cgroup;
import polder.linux.Directory;
import polder.linux.Launcher;
import polder.linux.ProcessIdentity;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Finding;
import polder.model.Finding.Level;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Ulimit;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Zones with a kernel of their own: each a zone whose first process is QEMU. */
public final class VmBrand implements Brand {
  private static final String MISSING = "there is no qemu-system-x86_64 on this host";
  private static final String MEND = "install the package qemu-system-x86";
  private static final Path KVM = Path.of("/dev/kvm");
  private static final long LONGEST_OTHER = 1 << 20; // of a file that is no disk
  private static final Duration TRIAL = Duration.ofSeconds(15);

  private final CageBrand cage;
  private final Accelerators accelerators;

  /**
   * Those of this host.
   *
   * @param state on the file system that zones lie on
   * @param run where the result of the trial is kept
   * @param boot the id of the host's present boot
   * @param group the name of a control group for the trial
   */
  public VmBrand(Launcher launcher, Path state, Path run, String boot, String group) {
    this.cage = new CageBrand(launcher);
    this.accelerators = new Accelerators(new Trial(cage, state, group, KVM, TRIAL), run, boot);
  }

  @Override
  public List<Fault> verify(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    if (QemuCommand.find().isEmpty()) {
      faults.add(new Fault("brand", MISSING + "; " + MEND));
    }
    for (Property<String> file : List.of(VmProperties.KERNEL, VmProperties.INITRD)) {
      spec.find(file).ifPresent(path -> check(file, path, faults));
    }
    return faults;
  }

  private static void check(Property<String> file, String path, List<Fault> faults) {
    try {
      CageBrand.check(Path.of(path));
    } catch (PolderException e) {
      faults.add(new Fault(file.name(), String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void install(ZoneSpec spec, RootFiles root) {
    cage.install(spec, root);
    try {
      Disks.make(spec, root);
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot make the disks of vm %s: %s".formatted(spec.name(), e.getMessage()),
          e);
    }
  }

  @Override
  public void renew(ZoneSpec spec, Directory root) {
    // what tells a guest from another comes from outside: its uuid
  }

  @Override
  public Ready prepare(ZoneSpec spec, Platform platform) {
    Path qemu = qemu();
    IdRange ids = platform.ids().orElseThrow(); // no vm is without
    Accelerator accelerator = accelerators.choose(spec.get(VmProperties.ACCEL), qemu, ids);
    List<GivenFile> files = new ArrayList<>();
    spec.find(VmProperties.KERNEL)
        .ifPresent(path -> files.add(GivenFile.of(Path.of(path), QemuCommand.KERNEL)));
    spec.find(VmProperties.INITRD)
        .ifPresent(path -> files.add(GivenFile.of(Path.of(path), QemuCommand.INITRD)));
    files.addAll(Disks.given(spec, platform.root()));
    seed(spec, platform);
    List<String> command = QemuCommand.of(qemu, spec, accelerator, platform.lan());
    long longest = Math.max(Disks.largest(spec, platform.root()), LONGEST_OTHER);
    ZoneSpec zone =
        Cages.of(
            spec.name(),
            spec.uuid(),
            command,
            accelerator,
            KVM,
            Map.of("fsize", new Ulimit(longest, longest)));
    return new VmReady(
        spec.name(), cage.prepare(zone, platform, files, spec.get(ZoneProperties.NICS).size()));
  }

  private static void seed(ZoneSpec spec, Platform platform) {
    try {
      Seed.write(spec, platform.lan(), platform.root());
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot write what the guest of vm %s is told: %s".formatted(spec.name(), e.getMessage()),
          e);
    }
  }

  private static Path qemu() {
    return QemuCommand.find()
        .orElseThrow(() -> new PolderException(ErrorKind.UNAVAILABLE, MISSING + ": " + MEND));
  }

  @Override
  public Optional<Running> find(ZoneSpec spec, ProcessIdentity first, Cgroup cgroup) {
    ZoneSpec zone = Cages.of(spec.name(), spec.uuid(), List.of(), Accelerator.TCG, KVM, Map.of());
    return cage.find(zone, first, cgroup).map(running -> new VmRunning(spec.name(), running));
  }

  @Override
  public List<Finding> doctor(IdRange ids) {
    Optional<Path> qemu = QemuCommand.find();
    return qemu.isEmpty()
        ? List.of(new Finding("virtual machines", Level.WARNING, MISSING, MEND + ", or have none"))
        : accelerators.doctor(qemu.get(), ids);
  }

  @Override
  public void close() {
    cage.close();
  }
}
