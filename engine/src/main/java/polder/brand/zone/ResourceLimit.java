package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import polder.model.Fault;
import polder.model.Ulimit;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * A limit of one process: setrlimit(2).
 *
 * @param resource {@code RLIMIT_…}, asm-generic/resource.h
 * @param soft what holds; -1 for none
 * @param hard how far it can be raised; -1 for none
 */
record ResourceLimit(int resource, long soft, long hard) {
  /** By number; each with its label in proc_pid_limits(5). */
  private static final List<String> NAMES =
      List.of(
          "cpu",
          "fsize",
          "data",
          "stack",
          "core",
          "rss",
          "nproc",
          "nofile",
          "memlock",
          "as",
          "locks",
          "sigpending",
          "msgqueue",
          "nice",
          "rtprio",
          "rttime");

  private static final List<String> LABELS =
      List.of(
          "Max cpu time",
          "Max file size",
          "Max data size",
          "Max stack size",
          "Max core file size",
          "Max resident set",
          "Max processes",
          "Max open files",
          "Max locked memory",
          "Max address space",
          "Max file locks",
          "Max pending signals",
          "Max msgqueue size",
          "Max nice priority",
          "Max realtime priority",
          "Max realtime timeout");

  /** As login shells have it; more on demand. A daemon's own is no measure. */
  private static final Ulimit OPEN_FILES = new Ulimit(1024, 524_288);

  /** The limits of {@code spec} and the default ones, none above the hard limits of ours. */
  static List<ResourceLimit> of(ZoneSpec spec) {
    Map<String, Long> most = ownHardLimits();
    Map<String, Ulimit> asked = new TreeMap<>(spec.get(ZoneProperties.ULIMITS));
    asked.putIfAbsent("nofile", clipped(OPEN_FILES, most.getOrDefault("nofile", -1L)));
    List<ResourceLimit> limits = new ArrayList<>();
    asked.forEach(
        (name, limit) ->
            limits.add(new ResourceLimit(NAMES.indexOf(name), limit.soft(), limit.hard())));
    return limits;
  }

  /** Says which limits are above ours, which a zone cannot be given. */
  static void verify(ZoneSpec spec, List<Fault> faults) {
    Map<String, Long> most = ownHardLimits();
    spec.get(ZoneProperties.ULIMITS)
        .forEach(
            (name, limit) -> {
              long hard = most.getOrDefault(name, -1L);
              if (Long.compareUnsigned(limit.hard(), hard) > 0) { // -1, no limit, is the greatest
                faults.add(
                    new Fault(
                        "ulimits." + name,
                        "the daemon's own hard limit is %d; raise that first".formatted(hard)));
              }
            });
  }

  private static Ulimit clipped(Ulimit limit, long most) {
    return most == -1
        ? limit
        : new Ulimit(Math.min(limit.soft(), most), Math.min(limit.hard(), most));
  }

  /** Read once: nobody raises ours while we run. */
  private static Map<String, Long> ownHardLimits() {
    return Own.HARD;
  }

  /** Apart, so that it is read when it is first needed. */
  private static final class Own {
    static final Map<String, Long> HARD = read();
  }

  private static Map<String, Long> read() {
    try {
      return hardLimits(Files.readString(Path.of("/proc/self/limits")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/self/limits", e);
    }
  }

  /** The hard limits in the text of a limits file; those without a limit are -1. */
  static Map<String, Long> hardLimits(String text) {
    Map<String, Long> limits = new TreeMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      String label = LABELS.get(i);
      for (String line : text.lines().filter(l -> l.startsWith(label)).toList()) {
        String[] values = line.substring(label.length()).strip().split("\\s+", -1);
        limits.put(NAMES.get(i), values[1].equals("unlimited") ? -1 : Long.parseLong(values[1]));
      }
    }
    return limits;
  }
}
