package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a host looks like from outside: the oracle HX-1.
 *
 * <p>Taken before and after a test; whatever differs was done to the host by the test and must be
 * nothing. Looks at mounts, processes, control groups in every hierarchy, links, routes, nftables,
 * loop devices, readable sysctls, {@code /etc}, {@code /dev/shm}, System V objects and files that
 * only root may read.
 */
public final class HostSnapshot {
  /** Values that change by themselves. */
  private static final Pattern RESTLESS =
      Pattern.compile(
          ".*/(random/.*|quota/.*|.*-nr|.*-state|ns_last_pid|pty/nr|.*_count|tcp_mem|udp_mem|.*_mem"
              + "|file-max|stat_refresh|loadavg|.*flush|.*probe_.*|mmap_rnd.*|.*/reboot_type|perf_.*"
              + "|percpu_pagelist.*|.*max_map.*|tainted|sched_.*|nr_open|.*drop_caches|compact_memory)$");

  /** In the path of what belongs to a test's host, of this module or of another. */
  private static final Pattern OTHERS =
      Pattern.compile("/polder-([a-z]+-)?test-|/polder-bench-|/polder-beside-");

  private final Map<String, SortedSet<String>> facts = new TreeMap<>();

  private HostSnapshot() {}

  /**
   * Looks at the host.
   *
   * @param home the test host's directory: a process that has it in its environment is ours
   * @param canaries a directory of files that must stay as they are
   */
  public static HostSnapshot take(Path home, Path canaries) {
    HostSnapshot snapshot = new HostSnapshot();
    snapshot.put("mount", mounts(home));
    snapshot.put("process", processes(home));
    snapshot.put("cgroup", cgroups(home));
    snapshot.put("link", names(Path.of("/sys/class/net")));
    snapshot.put("nft", rules());
    snapshot.put("route", lines(Path.of("/proc/net/route")));
    snapshot.put("loop", loops(home));
    snapshot.put("sysctl", sysctls());
    snapshot.put("etc", tree(Path.of("/etc")));
    snapshot.put("shm", names(Path.of("/dev/shm")));
    snapshot.put("sysv shm", sysv(Path.of("/proc/sysvipc/shm")));
    snapshot.put("sysv sem", sysv(Path.of("/proc/sysvipc/sem")));
    snapshot.put("sysv msg", sysv(Path.of("/proc/sysvipc/msg")));
    snapshot.put("canary", tree(canaries));
    return snapshot;
  }

  private void put(String kind, Stream<String> values) {
    facts.put(kind, new TreeSet<>(values.toList()));
  }

  /** What is here and was not, with {@code +}, and the other way, with {@code -}. */
  public List<String> since(HostSnapshot before) {
    List<String> differences = new ArrayList<>();
    facts.forEach(
        (kind, now) -> {
          SortedSet<String> then = before.facts.getOrDefault(kind, new TreeSet<>());
          now.stream()
              .filter(f -> !then.contains(f))
              .forEach(f -> differences.add("+" + kind + " " + f));
          then.stream()
              .filter(f -> !now.contains(f))
              .forEach(f -> differences.add("-" + kind + " " + f));
        });
    return differences;
  }

  private static Stream<String> mounts(Path home) {
    // without the mount id, which says nothing, and the parent's
    return lines(Path.of("/proc/self/mountinfo"))
        .filter(line -> isOurs(line, home))
        .map(l -> l.replaceFirst("^\\d+ \\d+ ", ""));
  }

  /** Whether it is not of another test's host, which may be running beside this one. */
  private static boolean isOurs(String line, Path home) {
    return !OTHERS.matcher(line).find() || line.contains(String.valueOf(home.getFileName()));
  }

  private static Stream<String> processes(Path home) {
    return pids(home).stream()
        .map(pid -> pid + " " + lines(Path.of("/proc/" + pid + "/comm")).toList());
  }

  /** Ours: those that carry the test's home, and those in its control groups. */
  static List<Long> pids(Path home) {
    List<Long> ours = new ArrayList<>();
    for (String pid : names(Path.of("/proc")).filter(n -> n.matches("[0-9]+")).toList()) {
      if (pid.equals(String.valueOf(ProcessHandle.current().pid()))) {
        continue;
      }
      try {
        String environment =
            new String(
                Files.readAllBytes(Path.of("/proc", pid, "environ")), StandardCharsets.ISO_8859_1);
        String groups = Files.readString(Path.of("/proc", pid, "cgroup"));
        if (environment.contains("POLDER_HOME=" + home) || groups.contains(CgroupNames.of(home))) {
          ours.add(Long.valueOf(pid));
        }
      } catch (IOException e) {
        // it ended while we looked
      }
    }
    return ours;
  }

  /** All but those of other hosts of Polder's on this machine, whose tests may be running too. */
  private static Stream<String> cgroups(Path home) {
    Path root = Path.of("/sys/fs/cgroup");
    List<String> found = new ArrayList<>();
    try (Stream<Path> hierarchies = Files.list(root)) {
      for (Path hierarchy : hierarchies.filter(Files::isDirectory).toList()) {
        directories(hierarchy, 4, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String ours = CgroupNames.of(home);
    return found.stream().filter(p -> !p.contains("/polder-") || p.contains(ours));
  }

  private static void directories(Path directory, int depth, List<String> found) {
    if (depth == 0) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          found.add(entry.toString());
          directories(entry, depth - 1, found);
        }
      }
    } catch (IOException e) {
      // it went away while we looked
    }
  }

  /** All tables and rules of nftables, without what they counted; none where there is no nft. */
  private static Stream<String> rules() {
    List<String> command = List.of("sh", "-c", "command -v nft >/dev/null && nft list ruleset; :");
    return Commands.run(Map.of(), new byte[0], command)
        .out()
        .lines()
        .map(line -> line.replaceAll("counter packets \\d+ bytes \\d+", "counter"));
  }

  private static Stream<String> loops(Path home) {
    return names(Path.of("/sys/block"))
        .filter(n -> n.startsWith("loop"))
        .map(n -> Path.of("/sys/block", n, "loop/backing_file"))
        .filter(Files::exists)
        .map(p -> p + " " + lines(p).toList())
        .filter(line -> isOurs(line, home));
  }

  private static Stream<String> sysctls() {
    List<String> values = new ArrayList<>();
    try (Stream<Path> all = Files.walk(Path.of("/proc/sys"), 8)) {
      for (Path file :
          all.filter(p -> !RESTLESS.matcher(p.toString()).matches())
              .filter(p -> !p.startsWith("/proc/sys/net/ipv6/route"))
              .filter(p -> Files.isRegularFile(p) && readable(p))
              .toList()) {
        try {
          values.add(file + "=" + Files.readString(file).strip());
        } catch (IOException e) {
          // some cannot be read at all
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // a link came or went while we looked; what was read counts
    }
    return values.stream();
  }

  private static boolean readable(Path file) {
    try {
      return Files.getPosixFilePermissions(file).toString().contains("READ");
    } catch (IOException e) {
      return false;
    }
  }

  /** Each file with the SHA-256 of its content. */
  private static Stream<String> tree(Path root) {
    List<String> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.toList()) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          found.add(file + " " + sha256(file));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream();
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static Stream<String> sysv(Path table) {
    return lines(table).skip(1).map(l -> l.strip().split("\\s+")[1]);
  }

  private static Stream<String> names(Path directory) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (IOException e) {
      // a directory that is not there has no names
    }
    return names.stream();
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).lines();
    } catch (IOException e) {
      return Stream.empty();
    }
  }
}
