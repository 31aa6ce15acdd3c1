package polder.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One control group: the folder of the same path in every hierarchy of the host.
 *
 * <p>Limits go through the version that has the controller. Freezing, killing and the news that all
 * processes are gone go through version 2 wherever it is mounted, also beside version 1, where its
 * controllers are not needed for that.
 *
 * <p>A process that we make comes in by {@link #entrance}. Who attaches another one waits for the
 * kernel some 5 to 15 ms after a quiet spell.
 */
public final class Cgroup {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,254}");
  private static final int ATTEMPTS = 100;
  private static final long SIGKILL = 9;
  private static final long MILLI = 1_000_000;

  private final CgroupHost host;
  private final String path;
  private final List<CgroupFolder> roots;
  private final List<CgroupFolder> folders;
  private final CgroupMaker maker;

  Cgroup(CgroupHost host, String path) {
    for (String name : path.split("/", -1)) {
      if (!NAME.matcher(name).matches() || name.startsWith("cgroup.")) {
        throw new IllegalArgumentException(
            "control group '%s': names of letters, digits and . _ - : @, with '/' between them"
                .formatted(path));
      }
    }
    this.host = host;
    this.path = path;
    this.roots = host.roots();
    this.folders = roots.stream().map(this::folder).toList();
    this.maker = new CgroupMaker(host, path);
  }

  /** Its path below the roots, such as "polder/web". */
  public String path() {
    return path;
  }

  /** Whether it is there in any hierarchy. */
  public boolean exists() {
    return folders.stream().anyMatch(each -> Files.isDirectory(each.path()));
  }

  /**
   * Makes it, and its parents where they are missing, in every hierarchy; if that fails, nothing is
   * left.
   *
   * @throws SyscallException EEXIST if it is there: somebody's processes may be in it
   */
  public void create() {
    List<CgroupFolder> made = new ArrayList<>();
    try {
      for (CgroupFolder root : roots) {
        maker.make(root);
        made.add(folder(root));
      }
    } catch (RuntimeException e) {
      for (CgroupFolder each : made.reversed()) {
        each.remove();
      }
      removeParents();
      throw e;
    }
  }

  /**
   * Makes it in one hierarchy, that of version 2 if there is one: processes can be born into it.
   *
   * @throws SyscallException EEXIST if it is there: somebody's processes may be in it
   */
  public void createFirst() {
    maker.make(roots.getFirst());
  }

  /**
   * Makes it in all other hierarchies. What is left there of one that was removed in the first one
   * already, and so is empty, is replaced. If that fails, {@link #remove} takes away what there is.
   */
  public void createRest() {
    for (CgroupFolder root : roots.subList(1, roots.size())) {
      try {
        maker.make(root);
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.EEXIST) || folder(root).remove() != 0) {
          throw e;
        }
        maker.make(root);
      }
    }
  }

  /**
   * Puts {@code limits} in force; what is not in them is unlimited from now on.
   *
   * @return what cannot be in force on this host, a sentence for each
   */
  public List<String> limit(CgroupLimits limits) {
    return new CgroupLimiter(host, this::folder).limit(limits, false);
  }

  /**
   * As {@link #limit}, of a group that was just made: nothing limits it yet, and what is not in
   * {@code limits} is not written.
   */
  public List<String> limitNew(CgroupLimits limits) {
    return new CgroupLimiter(host, this::folder).limit(limits, true);
  }

  /**
   * Runs it on {@code processors} only, a list such as "0-3,8".
   *
   * @throws SyscallException EINVAL or EACCES if there are no such processors, EOPNOTSUPP without
   *     controller "cpuset"
   */
  public void pin(String processors) {
    new CpusetController(required("cpuset")).pin(processors);
  }

  /**
   * Lets it use these devices and no others, without a moment in which one that stays allowed is
   * not.
   *
   * @throws SyscallException EOPNOTSUPP where {@link CgroupHost#limitsDevices} says no
   */
  public void allowOnly(List<DeviceRule> rules) {
    Path place = host.version1().get("devices");
    if (place == null) {
      throw new SyscallException(
          "limit devices of control group " + path + ": no version 1 controller 'devices'",
          Errno.EOPNOTSUPP);
    }
    new DevicesController(folder(new CgroupFolder(place, false))).allowOnly(rules);
  }

  /** Moves the process {@code pid}, with all its threads, in here in every hierarchy. */
  public void attach(long pid) {
    for (CgroupFolder each : folders) {
      each.write("cgroup.procs", Long.toString(pid));
    }
  }

  /**
   * The way in for processes that are made; the caller closes it after the launch.
   *
   * @throws SyscallException ENOENT if it is not there
   */
  public CgroupEntrance entrance() {
    return new CgroupEntrance(
        host.unified()
            .map(
                root ->
                    Procfs.open(
                        root.resolve(path).toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)),
        folders.stream()
            .filter(each -> !each.unified())
            .map(each -> each.path().resolve("tasks"))
            .toList());
  }

  /** The processes in it and in groups below it, as numbers: any of them may be gone by now. */
  public Set<Long> pids() {
    Set<Long> pids = new TreeSet<>();
    for (CgroupFolder each : below(tracked())) {
      try {
        each.read("cgroup.procs").lines().map(Long::parseLong).forEach(pids::add);
      } catch (SyscallException e) {
        if (!gone(e.errno())) {
          throw e;
        }
      }
    }
    pids.remove(0L); // a process of another pid namespace
    return pids;
  }

  /**
   * Stops all of it, and waits until it stands.
   *
   * @throws SyscallException ETIMEDOUT if it does not within {@code patience}; it is thawed again
   */
  public void freeze(Duration patience) {
    FreezerController freezer = freezer();
    long deadline = System.nanoTime() + patience.toNanos();
    freezer.freeze();
    try (CgroupEvents events = CgroupEvents.of(tracked())) {
      while (!freezer.frozen()) {
        if (System.nanoTime() - deadline > 0) {
          freezer.thaw();
          throw new SyscallException("freeze control group " + path, Errno.ETIMEDOUT);
        }
        events.await(deadline);
      }
    }
  }

  /** Lets it go on. */
  public void thaw() {
    freezer().thaw();
  }

  /** Whether it is stopped, or about to be. */
  public boolean frozen() {
    return freezer().freezing();
  }

  /** Kills all processes in it and below it, and those that they are just making. */
  public void killAll() {
    CgroupFolder folder = tracked();
    if (folder.unified() && folder.has("cgroup.kill")) {
      folder.write("cgroup.kill", "1");
      return;
    }
    Optional<FreezerController> freezer = folderOfFreezer().map(FreezerController::new);
    if (freezer.isEmpty()) {
      // whoever forks between two looks is met at the next
      for (int i = 0; i < ATTEMPTS && populated(); i++) {
        killEach();
      }
      return;
    }
    // before Linux 5.14: stand still, so that nobody forks on while the list is read
    freezer.get().freeze();
    try {
      killEach();
    } finally {
      freezer.get().thaw();
    }
  }

  private void killEach() {
    for (long pid : pids()) {
      Kernel.call(Nr.KILL, pid, SIGKILL);
    }
  }

  /** Whether a live process is in it or below it. */
  public boolean populated() {
    CgroupFolder folder = tracked();
    return folder.unified()
        ? folder.number("cgroup.events", "populated").orElse(0) == 1
        : !pids().isEmpty();
  }

  /**
   * Waits until no live process is in it.
   *
   * @return whether that came to be within {@code patience}
   */
  public boolean awaitEmpty(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try (CgroupEvents events = CgroupEvents.of(tracked())) {
      while (populated()) {
        if (System.nanoTime() - deadline > 0) {
          return false;
        }
        events.await(deadline);
      }
      return true;
    } catch (SyscallException e) {
      if (gone(e.errno())) {
        return true; // nobody can be in what is not there
      }
      throw e;
    }
  }

  /** As {@link #remove}, and then removes those parents that are empty. */
  public void delete(Duration patience) {
    remove(patience);
    removeParents();
  }

  /**
   * Removes it, with groups that were made below it. What is gone already counts as removed.
   *
   * @throws SyscallException EBUSY if a process is still in it after {@code patience}
   */
  public void remove(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    if (exists() && !awaitEmpty(patience)) {
      throw new SyscallException(
          "remove control group %s with processes %s in it".formatted(path, pids()), Errno.EBUSY);
    }
    for (CgroupFolder each : folders) {
      long result = each.remove();
      if (result != 0 && result != -Errno.ENOENT.number()) {
        for (CgroupFolder folder : below(each).reversed()) {
          remove(folder, deadline);
        }
      }
    }
  }

  private static void remove(CgroupFolder folder, long deadline) {
    long pause = MILLI / 4;
    while (true) {
      long result = folder.remove();
      if (result == 0 || result == -Errno.ENOENT.number()) {
        return;
      }
      // Version 1 has no event for the moment after a death in which a group is still held.
      if (result != -Errno.EBUSY.number() || System.nanoTime() - deadline > 0) {
        Kernel.check(result, () -> "remove control group " + folder.path());
      }
      CgroupEvents.sleep(pause);
      pause = Math.min(pause * 2, 50 * MILLI);
    }
  }

  private void removeParents() {
    Optional.ofNullable(Path.of(path).getParent())
        .ifPresent(parent -> host.removeEmpty(parent.toString()));
  }

  /** What it uses now. */
  public CgroupStats stats() {
    Optional<MemoryController> memory = folder("memory").map(MemoryController::new);
    Optional<PidsController> pids = folder("pids").map(PidsController::new);
    Optional<CpuController> cpu = folder("cpu").map(CpuController::new);
    Optional<IoController> io = folder("io").map(IoController::new);
    OptionalLong none = OptionalLong.empty();
    OptionalLong used =
        folder("cpuacct")
            .map(each -> new CpuAccounting(each).usedNanos())
            .orElseGet(() -> new CpuController(tracked()).usedNanos());
    return new CgroupStats(
        memory.map(MemoryController::used).orElse(none),
        memory.map(MemoryController::peak).orElse(none),
        memory.map(MemoryController::swapUsed).orElse(none),
        pids.map(PidsController::used).orElse(none),
        used,
        cpu.map(CpuController::throttledNanos).orElse(none),
        io.map(IoController::readBytes).orElse(none),
        io.map(IoController::writtenBytes).orElse(none),
        memory.map(MemoryController::oomKills).orElse(none),
        pids.map(PidsController::refused).orElse(none));
  }

  /** How many processes the kernel has killed in it for want of memory; empty if nobody counts. */
  public OptionalLong oomKills() {
    Optional<CgroupFolder> memory = folder("memory");
    return memory.isPresent()
        ? new MemoryController(memory.get()).oomKills()
        : OptionalLong.empty();
  }

  /**
   * How many bytes of files its processes have written that are not on the disk yet, to about a
   * megabyte: each processor counts some for itself. Empty if nobody counts.
   */
  public OptionalLong dirty() {
    Optional<CgroupFolder> memory = folder("memory");
    return memory.isPresent() ? new MemoryController(memory.get()).dirty() : OptionalLong.empty();
  }

  private FreezerController freezer() {
    return new FreezerController(folderOfFreezer().orElseThrow(() -> missing("freezer")));
  }

  private Optional<CgroupFolder> folderOfFreezer() {
    CgroupFolder tracked = tracked();
    if (tracked.unified() && tracked.has("cgroup.freeze")) {
      return Optional.of(tracked);
    }
    return Optional.ofNullable(host.version1().get("freezer"))
        .map(place -> folder(new CgroupFolder(place, false)));
  }

  /** Its folder in the hierarchy by which processes are found: version 2 if that is there. */
  private CgroupFolder tracked() {
    return folders.stream().findFirst().orElseThrow(() -> missing("of any kind"));
  }

  private Optional<CgroupFolder> folder(String controller) {
    return host.root(controller).map(this::folder);
  }

  private CgroupFolder folder(CgroupFolder root) {
    return new CgroupFolder(root.path().resolve(path), root.unified());
  }

  private CgroupFolder required(String controller) {
    return folder(controller).orElseThrow(() -> missing(controller));
  }

  private SyscallException missing(String controller) {
    return new SyscallException(
        "use control group " + path + ": no controller " + controller, Errno.EOPNOTSUPP);
  }

  /** The folder and all below it, parents first. */
  private static List<CgroupFolder> below(CgroupFolder folder) {
    try (Stream<Path> tree = Files.find(folder.path(), 64, (p, kind) -> kind.isDirectory())) {
      return tree.sorted(Comparator.comparingInt(Path::getNameCount))
          .map(each -> new CgroupFolder(each, folder.unified()))
          .toList();
    } catch (IOException e) {
      if (!Files.exists(folder.path())) {
        return List.of();
      }
      throw new UncheckedIOException("list control groups in " + folder.path(), e);
    }
  }

  /** Whether an errno says that the group was removed meanwhile. */
  private static boolean gone(Errno errno) {
    return errno.equals(Errno.ENOENT) || errno.equals(Errno.ENODEV);
  }
}
