package polder.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The control group hierarchies of a host, of version 1, version 2 or both: cgroups(7).
 *
 * @param version1 where each controller of version 1 is mounted; two may share one hierarchy. A
 *     named hierarchy is under "name=…"
 * @param unified where version 2 is mounted, if it is
 * @param unifiedControllers the controllers that version 2 has here
 */
public record CgroupHost(
    Map<String, Path> version1, Optional<Path> unified, Set<String> unifiedControllers) {
  /** What of version 2 is switched on for groups made here, where the host has it. */
  static final Set<String> WANTED = Set.of("memory", "pids", "cpu", "cpuset", "io");

  /** The controllers that version 1 can have; other options of such a mount are not controllers. */
  private static final Set<String> VERSION1 =
      Set.of(
          "blkio",
          "cpu",
          "cpuacct",
          "cpuset",
          "devices",
          "freezer",
          "hugetlb",
          "memory",
          "misc",
          "net_cls",
          "net_prio",
          "perf_event",
          "pids",
          "rdma");

  /** How the two versions share a host. */
  public enum Layout {
    /** No hierarchy is mounted. */
    NONE,
    /** Version 1 only. */
    LEGACY,
    /** Controllers of version 1, and version 2 beside them to keep track of processes. */
    HYBRID,
    /** Version 2 only. */
    UNIFIED
  }

  public CgroupHost {
    version1 = Map.copyOf(version1);
    unifiedControllers = Set.copyOf(unifiedControllers);
  }

  /** What is mounted here now. */
  public static CgroupHost own() {
    return of(MountTable.own());
  }

  /** What is mounted by this table. */
  static CgroupHost of(MountTable mounts) {
    Map<String, Path> version1 = new HashMap<>();
    Optional<Path> unified = Optional.empty();
    Set<String> controllers = Set.of();
    for (MountEntry mount : mounts.entries()) {
      Path place = Path.of(mount.place());
      if (mount.type().equals("cgroup2") && unified.isEmpty()) {
        unified = Optional.of(place);
        String text = new CgroupFolder(place, true).read("cgroup.controllers");
        controllers = text.isBlank() ? Set.of() : Set.of(text.split(" ", -1));
      } else if (mount.type().equals("cgroup")) {
        for (String option : mount.fileSystemOptions()) {
          if (VERSION1.contains(option) || option.startsWith("name=")) {
            version1.putIfAbsent(option, place);
          }
        }
      }
    }
    return new CgroupHost(version1, unified, controllers);
  }

  /** How the two versions share this host. */
  public Layout layout() {
    if (unified.isEmpty()) {
      return version1.isEmpty() ? Layout.NONE : Layout.LEGACY;
    }
    return version1.isEmpty() ? Layout.UNIFIED : Layout.HYBRID;
  }

  /** Whether {@code controller} is to be had; version 2 calls blkio "io". */
  public boolean has(String controller) {
    return root(controller).isPresent();
  }

  /** The root of the hierarchy that has {@code controller}, in version 2's words. */
  Optional<CgroupFolder> root(String controller) {
    if (unified.isPresent() && unifiedControllers.contains(controller)) {
      return Optional.of(new CgroupFolder(unified.get(), true));
    }
    Path place = version1.get(controller.equals("io") ? "blkio" : controller);
    return Optional.ofNullable(place).map(path -> new CgroupFolder(path, false));
  }

  /** The roots of all hierarchies, version 2 first. */
  List<CgroupFolder> roots() {
    List<CgroupFolder> roots = new ArrayList<>();
    unified.ifPresent(path -> roots.add(new CgroupFolder(path, true)));
    for (Path path : new LinkedHashSet<>(new TreeMap<>(version1).values())) {
      roots.add(new CgroupFolder(path, false));
    }
    return roots;
  }

  /** The group at {@code path} below the roots, such as "polder/web"; it need not be there. */
  public Cgroup group(String path) {
    return new Cgroup(this, path);
  }

  /**
   * Removes, in every hierarchy, the group at {@code path} and those above it as far as they are
   * empty: without processes, and without groups below.
   */
  public void removeEmpty(String path) {
    for (CgroupFolder root : roots()) {
      for (Path at = Path.of(path); at != null; at = at.getParent()) {
        if (new CgroupFolder(root.path().resolve(at), root.unified()).remove() != 0) {
          break; // one that is not empty, and so neither are those above it
        }
      }
    }
  }

  /** The names of groups below {@code parent} in any hierarchy: what a crash may have left. */
  public Set<String> children(String parent) {
    Set<String> names = new TreeSet<>();
    for (CgroupFolder root : roots()) {
      try (DirectoryStream<Path> entries =
          Files.newDirectoryStream(root.path().resolve(parent), Files::isDirectory)) {
        entries.forEach(each -> names.add(each.getFileName().toString()));
      } catch (NoSuchFileException | NotDirectoryException e) {
        // no group was made in this hierarchy
      } catch (IOException e) {
        throw new UncheckedIOException("list control groups below " + parent, e);
      }
    }
    return names;
  }

  /**
   * In which group {@code pid} is, by hierarchy: the controllers as {@code /proc/PID/cgroup} has
   * them, such as "cpu,cpuacct", or "" for version 2.
   *
   * @throws SyscallException ENOENT or ESRCH if there is no such process
   */
  public static Map<String, String> of(long pid) {
    Map<String, String> groups = new TreeMap<>();
    for (String line : Procfs.text("/proc/" + pid + "/cgroup").lines().toList()) {
      String[] fields = line.split(":", 3); // hierarchy:controllers:path
      groups.put(fields[1], fields[2]);
    }
    return groups;
  }

  /** Says, a line for each, which of {@code limits} this host cannot put in force. */
  public List<String> cannot(CgroupLimits limits) {
    List<String> cannot = new ArrayList<>();
    if (limits.memory().isPresent() && !has("memory")) {
      cannot.add("memory is not limited: no control group controller 'memory'");
    }
    if (limits.pids().isPresent() && !has("pids")) {
      cannot.add("processes are not limited: no control group controller 'pids'");
    }
    if ((limits.cpuShares().isPresent() || limits.cpuCap().isPresent()) && !has("cpu")) {
      cannot.add("processor time is not shared out: no control group controller 'cpu'");
    }
    if (limits.ioWeight().isPresent() && !has("io")) {
      cannot.add("disks are not shared out: no control group controller 'io'");
    }
    return cannot;
  }

  /** Whether {@link Cgroup#allowOnly} works: only with version 1's controller "devices". */
  public boolean limitsDevices() {
    return version1.containsKey("devices");
  }
}
