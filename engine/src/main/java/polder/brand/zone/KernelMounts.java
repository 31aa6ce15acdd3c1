package polder.brand.zone;

import static polder.linux.MountSteps.AT_EMPTY_PATH;
import static polder.linux.MountSteps.MOUNT_ATTR_NODEV;
import static polder.linux.MountSteps.MOUNT_ATTR_NOEXEC;
import static polder.linux.MountSteps.MOUNT_ATTR_NOSUID;
import static polder.linux.MountSteps.MOUNT_ATTR_RDONLY;
import static polder.linux.MountSteps.OPEN_TREE_CLONE;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import polder.linux.Errno;
import polder.linux.FileSteps;
import polder.linux.MountSteps;
import polder.linux.Operand;
import polder.linux.ProcessSteps;
import polder.linux.ProgramBuilder;

/**
 * The steps that give a zone /proc, /sys and /dev.
 *
 * <p>They are made while the host's are still to be seen, without which the kernel refuses a user
 * namespace its own; as detached mounts, so that what is written to them is written through their
 * descriptors. Once the root is the only one they are put on directories that are opened without
 * following links.
 */
final class KernelMounts {
  /** Of all that the host's zones share, 3,072 unless kernel.pty.max says otherwise. */
  static final int TERMINALS = 256;

  private static final long QUIET = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  private static final List<String> NODES =
      List.of("null", "zero", "full", "random", "urandom", "tty");
  private static final long S_IFREG = 0100000; // linux/stat.h

  /** The calls of everyday life that need no privilege in a zone: ports from 0, ping. */
  private static final Map<String, String> SYSCTLS =
      Map.of("net.ipv4.ip_unprivileged_port_start", "0", "net.ipv4.ping_group_range", "0 65535");

  private final ProgramBuilder program;
  private final MountSteps mounts;
  private final FileSteps files;
  private final Operand proc;
  private final Operand sys;
  private final Optional<Operand> cgroup;
  private final Operand dev;
  private final Operand pts;
  private final Operand shm;
  private final Operand queues;
  private final Map<String, Operand> nodes = new LinkedHashMap<>();
  private @Nullable Operand empty;

  private KernelMounts(ProgramBuilder program, boolean cgroup2) {
    this.program = program;
    this.mounts = program.mounts();
    this.files = program.files();
    proc = mounts.newMount("proc", QUIET, List.of());
    sys = mounts.newMount("sysfs", QUIET | MOUNT_ATTR_RDONLY, List.of());
    cgroup =
        cgroup2
            ? Optional.of(mounts.newMount("cgroup2", QUIET | MOUNT_ATTR_RDONLY, List.of()))
            : Optional.empty();
    dev =
        mounts.newMount(
            "tmpfs",
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
            List.of("mode=0755", "size=64m"));
    pts =
        mounts.newMount(
            "devpts",
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
            List.of("newinstance", "ptmxmode=0666", "mode=0620", "gid=5", "max=" + TERMINALS));
    shm = mounts.newMount("tmpfs", QUIET, List.of("mode=1777", "size=64m"));
    queues = mounts.newMount("mqueue", QUIET, List.of());
  }

  /**
   * Makes them, and sets {@code sysctls}.
   *
   * @param cgroup2 whether the host has version 2 of control groups; version 1 is never shown, for
   *     whoever can write there can have the host run a program (release_agent)
   */
  static KernelMounts make(ProgramBuilder program, boolean cgroup2, Map<String, String> sysctls) {
    var made = new KernelMounts(program, cgroup2);
    made.set(sysctls);
    made.copyNodes();
    return made;
  }

  private void set(Map<String, String> asked) {
    Map<String, String> sysctls = new TreeMap<>(SYSCTLS);
    sysctls.putAll(asked);
    sysctls.forEach(
        (name, value) -> {
          Operand file =
              files.openIn(
                  proc,
                  "sys/" + name.replace('.', '/'),
                  FileSteps.O_WRONLY,
                  FileSteps.RESOLVE_NO_SYMLINKS | FileSteps.RESOLVE_IN_ROOT);
          if (!asked.containsKey(name)) {
            program.tolerateAll(); // a kernel without IPv4
          }
          files.writeTo("sysctl " + name, file, value);
          if (!asked.containsKey(name)) {
            program.tolerateAll();
          }
          files.close(file);
          if (!asked.containsKey(name)) {
            program.tolerateAll();
          }
        });
  }

  /** Read-only does not keep from writing to a device, but from changing its owner and mode. */
  private void copyNodes() {
    for (String name : NODES) {
      Operand node = mounts.openTree(Operand.AT_FDCWD, "/dev/" + name, OPEN_TREE_CLONE);
      mounts.mountSetattr(
          node,
          "",
          AT_EMPTY_PATH,
          MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
          0,
          MountSteps.MS_PRIVATE);
      nodes.put(name, node);
    }
  }

  /** Puts them in place, below the only root there is. */
  void attach(List<DeviceNode> devices) {
    attach(proc, "/proc");
    attach(sys, "/sys");
    cgroup.ifPresent(mount -> mounts.put(mount, sys, "fs/cgroup", "/sys/fs/cgroup"));
    attach(dev, "/dev");
    fillDev(devices);
    KernelPaths paths = KernelPaths.present();
    for (String path : paths.readOnlyProc()) {
      Operand copy = mounts.openTree(proc, path, OPEN_TREE_CLONE);
      mounts.mountSetattr(copy, "", AT_EMPTY_PATH, QUIET | MOUNT_ATTR_RDONLY, 0, 0);
      mounts.put(copy, proc, path, "/proc/" + path + ", read-only");
    }
    paths.hiddenProc().forEach(hidden -> hide(hidden, proc, "/proc/"));
    paths.hiddenSys().forEach(hidden -> hide(hidden, sys, "/sys/"));
  }

  private void attach(Operand mount, String place) {
    files.mkdir(Operand.AT_FDCWD, place, 0755);
    program.tolerate(Errno.EEXIST);
    Operand directory =
        files.openIn(
            Operand.AT_FDCWD,
            place,
            FileSteps.O_PATH | FileSteps.O_DIRECTORY,
            FileSteps.RESOLVE_NO_SYMLINKS | FileSteps.RESOLVE_IN_ROOT);
    mounts.put(mount, directory, "", place);
  }

  private void fillDev(List<DeviceNode> devices) {
    nodes.forEach(
        (name, node) -> {
          placeholder(name);
          mounts.put(node, dev, name, "/dev/" + name);
        });
    files.mkdir(dev, "pts", 0755);
    mounts.put(pts, dev, "pts", "/dev/pts");
    files.mkdir(dev, "shm", 0755);
    mounts.put(shm, dev, "shm", "/dev/shm");
    files.mkdir(dev, "mqueue", 0755);
    mounts.put(queues, dev, "mqueue", "/dev/mqueue");
    files.symlink("pts/ptmx", dev, "ptmx");
    files.symlink("/proc/self/fd", dev, "fd");
    files.symlink("/proc/self/fd/0", dev, "stdin");
    files.symlink("/proc/self/fd/1", dev, "stdout");
    files.symlink("/proc/self/fd/2", dev, "stderr");
    Set<String> made = new HashSet<>();
    for (DeviceNode device : devices) {
      parents(device.name()).stream()
          .filter(made::add)
          .forEach(
              parent -> {
                files.mkdir(dev, parent, 0755);
                program.tolerate(Errno.EEXIST);
              });
      placeholder(device.name());
      mounts.put(program.pass(device.mount()), dev, device.name(), "/dev/" + device.name());
    }
  }

  /** A file for a node to be mounted on, which is not opened, whatever it is. */
  private void placeholder(String name) {
    files.mknod(dev, name, S_IFREG | 0666, 0);
  }

  private static List<String> parents(String path) {
    List<String> parents = new ArrayList<>();
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      parents.add(path.substring(0, slash));
    }
    return parents;
  }

  /** Under the null device, or an empty read-only directory. */
  private void hide(KernelPaths.Hidden hidden, Operand top, String prefix) {
    Operand cover;
    if (!hidden.directory()) {
      cover = mounts.openTree(dev, "null", OPEN_TREE_CLONE);
    } else if (empty == null) {
      cover = mounts.newMount("tmpfs", QUIET | MOUNT_ATTR_RDONLY, List.of("mode=0555", "size=4k"));
      empty = cover;
    } else {
      cover = mounts.openTree(empty, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    }
    mounts.put(cover, top, hidden.path(), prefix + hidden.path() + ", hidden");
    program.tolerate(Errno.ENOENT); // of the host's, but not of this zone's
  }

  /**
   * Opens a new terminal, and shows it as /dev/console.
   *
   * @param master the number that its master gets
   * @return the zone's end
   */
  Operand terminal(int master, int owner) {
    Operand opened = files.open(pts, "ptmx", FileSteps.O_RDWR | FileSteps.O_NOCTTY, 0);
    files.dup3(opened, master);
    ProcessSteps process = program.process();
    Operand peer = process.peerOf(Operand.of(master));
    placeholder("console");
    Operand copy = mounts.openTree(peer, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    mounts.put(copy, dev, "console", "/dev/console");
    files.chown(dev, "console", owner, 5);
    return peer;
  }
}
