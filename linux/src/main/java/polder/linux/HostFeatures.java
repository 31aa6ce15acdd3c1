package polder.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this host has and lacks, found by trying rather than by looking at version numbers: a kernel
 * may be old and patched, or new and built without.
 *
 * <p>Trials leave nothing behind. They are made in child processes, on directories and control
 * groups of their own.
 */
public final class HostFeatures {
  private static final String NEEDS_ROOT = "run as root with all capabilities";
  private static final int RLIMIT_NOFILE = 7; // asm-generic/resource.h
  private static final long FEW_DESCRIPTORS = 4096;
  private static final long FEW_PIDS = 32_768;
  private static final int LEAST_MAJOR = 5;
  private static final int LEAST_MINOR = 19;
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** System calls that are needed, by the Linux that brought them. */
  private static final Map<String, Integer> NEEDED =
      new TreeMap<>(
          Map.of(
              "clone3", Nr.CLONE3,
              "close_range", Nr.CLOSE_RANGE,
              "mount_setattr", Nr.MOUNT_SETATTR,
              "move_mount", Nr.MOVE_MOUNT,
              "open_tree", Nr.OPEN_TREE,
              "openat2", Nr.OPENAT2,
              "pidfd_open", Nr.PIDFD_OPEN,
              "seccomp", Nr.SECCOMP));

  private final Launcher launcher;
  private final Path directory;
  private final List<HostFeature> found = new ArrayList<>();

  private HostFeatures(Launcher launcher, Path directory) {
    this.launcher = launcher;
    this.directory = directory;
  }

  /**
   * Looks at everything.
   *
   * @param directory on the file system that zones will lie on; a directory is made in it and
   *     removed
   */
  public static List<HostFeature> probe(Launcher launcher, Path directory) {
    HostFeatures features = new HostFeatures(launcher, directory);
    features.kernel();
    features.calls();
    features.capabilities();
    features.namespaces();
    features.controlGroups();
    features.seccomp();
    features.fileSystems();
    features.trials();
    features.limits();
    return List.copyOf(features.found);
  }

  private void kernel() {
    String release = read("/proc/sys/kernel/osrelease");
    Matcher matcher = RELEASE.matcher(release);
    boolean ok = false;
    if (matcher.matches()) {
      int major = Integer.parseInt(matcher.group(1));
      int minor = Integer.parseInt(matcher.group(2));
      ok = major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR);
    }
    needed("kernel", "Linux " + release, ok, "install Linux 5.19 or newer");
    String lsm = read("/sys/kernel/security/lsm");
    found.add(HostFeature.good("security modules", lsm.isEmpty() ? "not to be seen" : lsm));
  }

  /** Called with arguments that mean nothing, a call that exists says so; else it is ENOSYS. */
  private void calls() {
    Set<String> missing = new TreeSet<>();
    NEEDED.forEach(
        (name, number) -> {
          if (Kernel.call(number, -1, 0, -1, 0, 0) == -Errno.ENOSYS.number()) {
            missing.add(name);
          }
        });
    needed(
        "system calls",
        missing.isEmpty() ? "all that are needed" : "missing: " + String.join(", ", missing),
        missing.isEmpty(),
        "install Linux 5.19 or newer; in a container, let its seccomp profile pass them");
  }

  private void capabilities() {
    CapabilitySets sets = CapabilitySets.own();
    Set<String> missing = new TreeSet<>();
    for (Capability each : Capability.values()) {
      if (!sets.has(each)) {
        missing.add(each.text());
      }
    }
    String value = missing.isEmpty() ? "all" : "without " + String.join(", ", missing);
    if (missing.equals(Set.of(Capability.SYS_RESOURCE.text()))) {
      wanted(
          "capabilities",
          value,
          false,
          "none needed: only, hard limits are not raised and oom_score_adj is not lowered");
    } else {
      needed("capabilities", value, missing.isEmpty(), NEEDS_ROOT);
    }
  }

  private void namespaces() {
    Set<String> missing = new TreeSet<>();
    for (Namespace each : Namespace.values()) {
      boolean known = Files.exists(Path.of("/proc/self/ns", each.link()));
      boolean forbidden = read("/proc/sys/user/max_" + each.link() + "_namespaces").equals("0");
      if (!known || forbidden) {
        missing.add(each.link());
      }
    }
    needed(
        "namespaces",
        missing.isEmpty() ? "all kinds" : "missing: " + String.join(", ", missing),
        missing.isEmpty(),
        "set /proc/sys/user/max_*_namespaces above 0, or use a kernel with them");
  }

  private void controlGroups() {
    CgroupHost host = CgroupHost.own();
    String version1 = String.join(" ", new TreeSet<>(host.version1().keySet()));
    String version2 = String.join(" ", new TreeSet<>(host.unifiedControllers()));
    String value =
        switch (host.layout()) {
          case NONE -> "none";
          case LEGACY -> "version 1: " + version1;
          case HYBRID -> "version 1: " + version1 + "; version 2: " + version2;
          case UNIFIED -> "version 2: " + version2;
        };
    needed(
        "control groups",
        value,
        host.layout() != CgroupHost.Layout.NONE,
        "mount -t cgroup2 none /sys/fs/cgroup");
    Set<String> missing = new TreeSet<>(Set.of("memory", "pids", "cpu", "io"));
    missing.removeIf(host::has);
    wanted(
        "limits",
        missing.isEmpty() ? "memory, processes, processors, disks" : "missing: " + missing,
        missing.isEmpty(),
        "boot with these control group controllers switched on");
    found.add(
        host.limitsDevices()
            ? HostFeature.good("device rules", "control groups version 1")
            : HostFeature.good("device rules", "none; zones get only the nodes they are given"));
    favoured(host);
    killing(host);
  }

  private void favoured(CgroupHost host) {
    boolean favoured =
        MountTable.own().entries().stream()
            .filter(each -> each.type().startsWith("cgroup"))
            .anyMatch(each -> each.fileSystemOptions().contains("favordynmods"));
    boolean version1 = host.layout() != CgroupHost.Layout.UNIFIED;
    wanted(
        "quick attach to control groups",
        favoured ? "favordynmods" : version1 ? "no: a start may wait 5 to 15 ms" : "not needed",
        favoured || !version1,
        "mount -o remount,favordynmods "
            + host.unified().map(Path::toString).orElse("a cgroup mount")
            + "; on recent kernels it stays until the next boot");
  }

  private void killing(CgroupHost host) {
    if (host.unified().isEmpty()) {
      found.add(HostFeature.good("killing a zone at once", "by freezing: no version 2"));
      return;
    }
    Cgroup trial = host.group("polder-trial-" + ProcessHandle.current().pid());
    try {
      trial.create();
      boolean kill =
          Files.exists(host.unified().get().resolve(trial.path()).resolve("cgroup.kill"));
      wanted("killing a zone at once", kill ? "cgroup.kill" : "by freezing", true, "");
    } catch (SyscallException e) {
      found.add(
          HostFeature.wanted(
              "killing a zone at once", "not tried: " + e.getMessage(), false, NEEDS_ROOT));
    } finally {
      trial.delete(Duration.ofSeconds(1));
    }
  }

  private void seccomp() {
    String actions = read("/proc/sys/kernel/seccomp/actions_avail");
    needed(
        "seccomp",
        actions.isEmpty() ? "no" : actions,
        actions.contains("errno"),
        "use a kernel with CONFIG_SECCOMP_FILTER");
  }

  /** Beginning to make one loads its module, if there is one. */
  private void fileSystems() {
    Set<String> present = new TreeSet<>();
    for (String type :
        List.of(
            "overlay", "btrfs", "ext4", "xfs", "tmpfs", "squashfs", "erofs", "fuse", "mqueue")) {
      try (FilesystemContext _ = FilesystemContext.open(type)) {
        present.add(type);
      } catch (SyscallException e) {
        // not here
      }
    }
    needed(
        "file systems",
        String.join(" ", present),
        present.contains("overlay") || present.contains("btrfs"),
        "modprobe overlay");
  }

  private void trials() {
    IdMap ids = IdMap.of(1_000_000, 65_536);
    String name = "user namespaces";
    try (Fd userns = UserNamespace.create(launcher, ids, ids)) {
      found.add(HostFeature.good(name, "yes"));
      trials(userns);
    } catch (SyscallException | LaunchException e) {
      String mend = "set /proc/sys/user/max_user_namespaces above 0; " + NEEDS_ROOT;
      needed(name, "no: " + e.getMessage(), false, mend);
    }
  }

  private void trials(Fd userns) {
    try {
      Path trial = Files.createTempDirectory(directory, "trial");
      try {
        trials(trial, userns);
      } finally {
        remove(trial);
      }
    } catch (IOException e) {
      needed("idmapped mounts", "not tried: " + e, false, "make " + directory + " writable");
    }
  }

  private void trials(Path trial, Fd userns) throws IOException {
    String yes = "yes on " + directory;
    String no = "no on " + directory + ": ";
    try (Fd _ = Mounts.idmapped(trial, userns, Set.of())) {
      found.add(HostFeature.good("idmapped mounts", yes));
    } catch (SyscallException e) {
      String mend = "put zones on ext4, xfs or btrfs, with Linux 5.19 or newer";
      needed("idmapped mounts", no + e.errno().text(), false, mend);
      return;
    }
    try {
      OverlayTrial.run(launcher, userns, trial);
      found.add(HostFeature.good("overlay in a user namespace", yes));
    } catch (SyscallException | LaunchException e) {
      String mend = "modprobe overlay, with Linux 5.19 or newer, or put zones on btrfs";
      wanted("overlay in a user namespace", no + e.getMessage(), false, mend);
    }
  }

  private static void remove(Path trial) throws IOException {
    try (var tree = Files.walk(trial)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private void limits() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(ValueLayout.JAVA_LONG, 2);
      Kernel.check(
          Kernel.call(Nr.PRLIMIT64, 0, RLIMIT_NOFILE, 0, limit.address()), () -> "ask for limits");
      long soft = limit.getAtIndex(ValueLayout.JAVA_LONG, 0);
      long hard = limit.getAtIndex(ValueLayout.JAVA_LONG, 1);
      wanted(
          "open files",
          "%s, at most %s".formatted(Long.toUnsignedString(soft), Long.toUnsignedString(hard)),
          Long.compareUnsigned(soft, FEW_DESCRIPTORS) >= 0,
          "ulimit -n " + FEW_DESCRIPTORS);
    }
    String pidMax = read("/proc/sys/kernel/pid_max");
    wanted(
        "process ids",
        pidMax,
        !pidMax.isEmpty() && Long.parseLong(pidMax) > FEW_PIDS,
        "sysctl -w kernel.pid_max=4194304, for more than a few hundred zones");
  }

  private void needed(String name, String value, boolean ok, String mend) {
    found.add(HostFeature.needed(name, value, ok, mend));
  }

  private void wanted(String name, String value, boolean ok, String mend) {
    found.add(HostFeature.wanted(name, value, ok, mend));
  }

  private static String read(String file) {
    try {
      return Procfs.text(file);
    } catch (SyscallException e) {
      return ""; // what cannot be read is not there for us
    }
  }
}
