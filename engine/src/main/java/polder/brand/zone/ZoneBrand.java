package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.brand.Brand;
import polder.brand.IdRange;
import polder.brand.Lan;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.brand.Running;
import polder.linux.Capability;
import polder.linux.CapabilitySets;
import polder.linux.Cgroup;
import polder.linux.CgroupEntrance;
import polder.linux.CgroupHost;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.Handover;
import polder.linux.Launcher;
import polder.linux.MountAttribute;
import polder.linux.Mounts;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.SeccompFilter;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What brands {@code native} and {@code lx} have in common: all but where the userland is from. */
abstract class ZoneBrand implements Brand {
  private static final long ALL_IDS = 0xffff_ffffL; // (uid_t) -1 is none

  private static final long ZONE_IDS = 65_536;

  private final Launcher launcher;
  private final SeccompProfiles profiles;
  private final UserNamespaces namespaces;
  private final boolean limitsDevices = CgroupHost.own().limitsDevices();

  ZoneBrand(Launcher launcher, Path seccompDirectory) {
    this.launcher = launcher;
    this.profiles = new SeccompProfiles(seccompDirectory);
    this.namespaces = new UserNamespaces(launcher);
  }

  /** What of the host's files every zone of this brand sees, before what its payload asks for. */
  abstract List<Attachment> userland(HostMounts mounts);

  /**
   * Brings up to date what is in the root but not the zone's own and what its users are looked up
   * in, before each start.
   */
  abstract void refreshUsers(RootFiles root);

  /**
   * Brings the rest of that up to date, while the kernel makes the first process.
   *
   * @param names whom the zone asks for names if its payload does not say
   */
  abstract void refresh(ZoneSpec spec, Lan.Names names, RootFiles root);

  @Override
  public List<Fault> verify(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    Security security = spec.get(ZoneProperties.SECURITY);
    ZoneCapabilities.verify(spec, faults);
    ResourceLimit.verify(spec, faults);
    ZoneDevices.verify(spec, faults);
    if (faults.isEmpty()) {
      try {
        filter(spec);
      } catch (PolderException e) {
        faults.add(new Fault("security.seccomp", String.valueOf(e.getMessage())));
      }
    }
    if (!security.userns()) {
      Set<Capability> lacking = ZoneCapabilities.of(spec);
      lacking.removeAll(Capability.set(CapabilitySets.own().permitted()));
      if (!lacking.isEmpty()) {
        faults.add(
            new Fault(
                "security.cap_add",
                "%s: the daemon itself does not have them here".formatted(lacking)));
      }
    }
    return faults;
  }

  @Override
  public void renew(ZoneSpec spec, Directory root) {
    try {
      Identity.renew(root, spec);
    } catch (SyscallException e) {
      throw failed("renew what tells apart", spec, e);
    }
  }

  @Override
  public Ready prepare(ZoneSpec spec, Platform platform) {
    return prepare(spec, platform, List.of(), 0);
  }

  /**
   * As above, with files of the host's that its payload does not name.
   *
   * @param cards how many descriptors it is given before it goes: {@link Ready#give}
   */
  Ready prepare(ZoneSpec spec, Platform platform, List<GivenFile> files, int cards) {
    Optional<Handover> handover = cards == 0 ? Optional.empty() : Optional.of(Handover.of(cards));
    try {
      return prepare(spec, platform, files, handover);
    } catch (RuntimeException e) {
      handover.ifPresent(Handover::close);
      throw e;
    }
  }

  private Ready prepare(
      ZoneSpec spec, Platform platform, List<GivenFile> files, Optional<Handover> handover) {
    try {
      refreshUsers(platform.root());
      Optional<Fd> namespace = platform.ids().map(namespaces::of);
      try (HostMounts mounts = new HostMounts(namespace);
          var cgroup = platform.cgroup().entrance()) {
        List<DeviceNode> devices = ZoneDevices.nodes(spec, mounts);
        Blueprint blueprint = blueprint(spec, platform, files, handover, mounts, devices, cgroup);
        return ZoneReady.prepare(
            this,
            launcher,
            spec,
            platform,
            blueprint,
            () -> {
              platform.rest().run();
              refresh(spec, platform.lan().names(), platform.root());
              if (blueprint.terminal()) { // it opens one, and while rules change it may not
                limitDevices(platform.cgroup(), devices);
              }
            },
            () -> {
              platform.limits().run();
              if (!blueprint.terminal()) {
                limitDevices(platform.cgroup(), devices);
              }
            });
      }
    } catch (SyscallException e) {
      throw failed("prepare", spec, e);
    }
  }

  private void limitDevices(Cgroup cgroup, List<DeviceNode> devices) {
    if (limitsDevices) {
      cgroup.allowOnly(ZoneDevices.rules(devices));
    }
  }

  private Blueprint blueprint(
      ZoneSpec spec,
      Platform platform,
      List<GivenFile> files,
      Optional<Handover> handover,
      HostMounts mounts,
      List<DeviceNode> devices,
      CgroupEntrance cgroup) {
    Accounts accounts = RootLookup.accounts(platform.root(), ids(platform.ids()));
    Account account = accounts.find(user(spec, platform.config()));
    Command command = Command.first(spec, platform.config(), account);
    List<Attachment> attachments = new ArrayList<>(userland(mounts));
    attachments.addAll(given(files, mounts));
    platform
        .control()
        .ifPresent(directory -> attachments.add(control(directory, controlPlace(), mounts)));
    attachments.addAll(ZoneFilesystems.of(spec, platform.volumes(), mounts));
    return new Blueprint(
        spec.hostname(),
        spec.get(ZoneProperties.DNS_DOMAIN),
        platform.ids().isPresent(),
        rootMount(platform.root(), mounts),
        spec.get(ZoneProperties.SECURITY).readOnlyRoot(),
        attachments,
        platform.config().volumes(),
        devices,
        spec.get(ZoneProperties.SYSCTLS),
        cgroup,
        platform.stdio(),
        handover,
        spec.get(ZoneProperties.TTY),
        first(spec, command),
        command,
        confinement(spec, account));
  }

  private static RootMount rootMount(RootFiles root, HostMounts mounts) {
    Set<MountAttribute> none = EnumSet.noneOf(MountAttribute.class);
    return switch (root) {
      case RootFiles.Tree(var directory) -> {
        Fd mount = mounts.mapped(directory, none);
        Mounts.clear(mount, EnumSet.of(MountAttribute.NO_SETUID), false); // a pool is mounted so
        yield new RootMount.Tree(mount);
      }
      case RootFiles.Overlay(var layers, var upper, var work) -> {
        Path dataset = Optional.ofNullable(upper.getParent()).orElseThrow();
        if (!dataset.equals(work.getParent())) {
          throw new IllegalArgumentException("upper and work must be in one directory: " + upper);
        }
        yield new RootMount.Overlay(
            layers.stream().map(layer -> mounts.mapped(layer, none)).toList(),
            mounts.mapped(dataset, none),
            String.valueOf(upper.getFileName()),
            String.valueOf(work.getFileName()));
      }
    };
  }

  private static Blueprint.First first(ZoneSpec spec, Command command) {
    if (command.arguments().isEmpty()) {
      return Blueprint.First.IDLE;
    }
    return spec.get(ZoneProperties.INIT) && !spec.has(ZoneProperties.INIT_NAME)
        ? Blueprint.First.INIT
        : Blueprint.First.PROGRAM;
  }

  /** What {@code account} is held to in the zone of {@code spec}. */
  Confinement confinement(ZoneSpec spec, Account account) {
    return new Confinement(
        account,
        ZoneCapabilities.of(spec),
        filter(spec),
        spec.get(ZoneProperties.SECURITY).noNewPrivs(),
        ResourceLimit.of(spec));
  }

  /** The mounts that show {@code files}. */
  List<Attachment> given(List<GivenFile> files, HostMounts mounts) {
    return List.of();
  }

  /**
   * It is the host's, so that the zone makes nothing there, however it is mounted. What leads to
   * its place is the zone's: it may lead elsewhere in the zone.
   */
  private static Attachment control(Path directory, String target, HostMounts mounts) {
    Set<MountAttribute> attributes =
        EnumSet.of(
            MountAttribute.READ_ONLY,
            MountAttribute.NO_DEVICES,
            MountAttribute.NO_SETUID,
            MountAttribute.NO_EXECUTE);
    try (HostFile file = HostFile.open(directory)) {
      return new Attachment.Extra(mounts.plain(file, attributes, false), target);
    }
  }

  /** Where zones of this brand look for the sockets that they may connect to. */
  abstract String controlPlace();

  /** The filter of its processes. */
  Optional<SeccompFilter> filter(ZoneSpec spec) {
    boolean init = !spec.has(ZoneProperties.INIT_NAME) && spec.get(ZoneProperties.INIT);
    return profiles.filter(
        spec.get(ZoneProperties.SECURITY).seccomp(),
        ZoneCapabilities.of(spec),
        init,
        spec.get(ZoneProperties.TTY));
  }

  /** The user of a zone's processes where nobody asks for another. */
  static String user(ZoneSpec spec, ImageConfig config) {
    return spec.find(ZoneProperties.USER)
        .or(config::user)
        .filter(user -> !user.isEmpty())
        .orElse("0");
  }

  private static long ids(Optional<IdRange> range) {
    return range.map(r -> (long) r.count()).orElse(ALL_IDS);
  }

  /** How many ids a zone has that was prepared by the same spec. */
  static long ids(boolean userNamespace) {
    return userNamespace ? ZONE_IDS : ALL_IDS;
  }

  @Override
  public Optional<Running> find(ZoneSpec spec, ProcessIdentity first, Cgroup cgroup) {
    try {
      return Pidfd.open(first)
          .filter(pidfd -> isAlive(pidfd))
          .map(
              pidfd ->
                  new ZoneRunning(
                      this,
                      launcher,
                      first,
                      pidfd,
                      pidfd::close,
                      cgroup,
                      ZoneRunning.holdMounts(pidfd),
                      spec.get(ZoneProperties.TTY)
                          ? TerminalHolder.find(cgroup)
                          : Optional.empty()));
    } catch (SyscallException e) {
      throw failed("find", spec, e);
    }
  }

  private static boolean isAlive(Pidfd pidfd) {
    if (pidfd.isAlive()) {
      return true;
    }
    pidfd.close();
    return false;
  }

  @Override
  public void close() {
    namespaces.close();
  }

  /** The directory that changes of the root go to. */
  static Directory changes(RootFiles root) {
    return Directory.open(
        switch (root) {
          case RootFiles.Tree(var directory) -> directory;
          case RootFiles.Overlay(var _, var upper, var _) -> upper;
        });
  }

  /** The directory that changes of /etc go to; made if it is missing. */
  static Directory etc(RootFiles root) {
    try (Directory directory = changes(root)) {
      FileName etc = FileName.of("etc");
      boolean isNew = directory.find(etc).isEmpty();
      Directory entered = directory.ensureDirectory(etc, 0755);
      if (isNew) {
        entered.node().mode(0755); // whatever our umask is
      }
      return entered;
    }
  }

  static PolderException failed(String verb, ZoneSpec spec, RuntimeException e) {
    return new PolderException(
        ErrorKind.HOST, "cannot %s zone %s: %s".formatted(verb, spec.name(), e.getMessage()), e);
  }
}
