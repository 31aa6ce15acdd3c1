package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.linux.Capability;
import polder.linux.SeccompProfile;
import polder.model.Json;

/**
 * A bundle of the OCI runtime specification with the isolation of a zone of ours: seven namespaces,
 * 65,536 ids of its own, the mounts, masked and read-only paths that the specification and Docker
 * have, fourteen capabilities, and Docker's default seccomp profile.
 */
final class OciBundle {
  /** Ids far from those that a host gives to anybody. */
  static final long FIRST_ID = 0x6000_0000L;

  static final long IDS = 65_536;

  static final long MEMORY = 256L << 20;
  static final long PIDS = 512;
  static final long CPU_SHARES = 1024; // of control groups version 1; the weight of all others

  private OciBundle() {}

  /**
   * Writes a bundle.
   *
   * @param directory to be made
   * @param root its root file system; used as it is
   * @param cgroup path of its control group below the roots
   * @param limited whether memory, processes, processor and devices are limited
   * @param seccomp how wide the seccomp filter is
   * @param command the first process
   */
  static void write(
      Path directory,
      Path root,
      String cgroup,
      boolean limited,
      OciSeccomp.Width seccomp,
      List<String> command) {
    try {
      Files.createDirectory(directory);
      Files.writeString(
          directory.resolve("config.json"),
          Json.write(config(root, cgroup, limited, seccomp, command)) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, Object> config(
      Path root, String cgroup, boolean limited, OciSeccomp.Width seccomp, List<String> command) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("ociVersion", "1.0.0");
    config.put("process", process(command));
    config.put("root", Map.of("path", root.toString(), "readonly", false));
    config.put("hostname", "bench");
    config.put("mounts", mounts());
    Map<String, Object> linux = new LinkedHashMap<>();
    linux.put("namespaces", namespaces());
    linux.put("uidMappings", List.of(ids()));
    linux.put("gidMappings", List.of(ids()));
    linux.put("cgroupsPath", "/" + cgroup);
    if (limited) {
      linux.put("resources", limits());
    }
    linux.put("seccomp", OciSeccomp.of(SeccompProfile.docker(), seccomp));
    linux.put(
        "maskedPaths",
        List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware"));
    linux.put(
        "readonlyPaths",
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"));
    config.put("linux", linux);
    return config;
  }

  private static Map<String, Object> process(List<String> command) {
    List<String> capabilities =
        Capability.docker().stream().map(Capability::text).sorted().toList();
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("terminal", false);
    process.put("user", Map.of("uid", 0L, "gid", 0L));
    process.put("args", command);
    process.put(
        "env", List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    process.put("cwd", "/");
    process.put(
        "capabilities",
        Map.of("bounding", capabilities, "effective", capabilities, "permitted", capabilities));
    process.put("noNewPrivileges", false);
    return process;
  }

  private static List<Object> mounts() {
    List<Object> mounts = new ArrayList<>();
    mounts.add(mount("/proc", "proc", "nosuid", "noexec", "nodev"));
    mounts.add(mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
    mounts.add(
        mount(
            "/dev/pts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    mounts.add(mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    mounts.add(mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"));
    return mounts;
  }

  private static Map<String, Object> mount(String target, String type, String... options) {
    Map<String, Object> mount = new LinkedHashMap<>();
    mount.put("destination", target);
    mount.put("type", type);
    mount.put("source", type);
    mount.put("options", List.of(options));
    return mount;
  }

  private static List<Object> namespaces() {
    List<Object> namespaces = new ArrayList<>();
    for (String type : List.of("pid", "network", "ipc", "uts", "mount", "cgroup", "user")) {
      namespaces.add(Map.of("type", type));
    }
    return namespaces;
  }

  private static Map<String, Object> ids() {
    Map<String, Object> ids = new LinkedHashMap<>();
    ids.put("containerID", 0L);
    ids.put("hostID", FIRST_ID);
    ids.put("size", IDS);
    return ids;
  }

  private static Map<String, Object> limits() {
    Map<String, Object> limits = new LinkedHashMap<>();
    List<Object> devices = new ArrayList<>();
    devices.add(Map.of("allow", false, "access", "rwm"));
    for (long minor : List.of(3L, 5L, 7L, 8L, 9L)) { // null, zero, full, random, urandom
      devices.add(device(1, minor));
    }
    devices.add(device(5, 0)); // tty
    devices.add(device(5, 2)); // ptmx
    limits.put("devices", devices);
    limits.put("memory", Map.of("limit", MEMORY));
    limits.put("pids", Map.of("limit", PIDS));
    limits.put("cpu", Map.of("shares", CPU_SHARES));
    return limits;
  }

  private static Map<String, Object> device(long major, long minor) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("allow", true);
    device.put("type", "c");
    device.put("major", major);
    device.put("minor", minor);
    device.put("access", "rwm");
    return device;
  }
}
