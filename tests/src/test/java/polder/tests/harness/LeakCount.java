package polder.tests.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a daemon holds, in numbers: the oracle HX-2.
 *
 * @param counts by name: descriptors, threads, zombies, children
 */
public record LeakCount(Map<String, Long> counts) {
  private static final Map<String, Long> BOUNDS = Map.of("descriptors", 5L);

  private static final int MORE_THREADS = 2;

  /** Counts what process {@code daemon} holds. */
  public static LeakCount of(long daemon) {
    Map<String, Long> counts = new TreeMap<>();
    counts.put("descriptors", entries(Path.of("/proc/" + daemon + "/fd")));
    counts.put("threads", entries(Path.of("/proc/" + daemon + "/task")));
    long zombies = 0;
    long children = 0;
    for (String stat : stats()) {
      int end = stat.lastIndexOf(')');
      if (stat.substring(end + 4).startsWith(daemon + " ")) {
        children++;
        if (stat.charAt(end + 2) == 'Z') {
          zombies++;
        }
      }
    }
    counts.put("zombies", zombies);
    counts.put("children", children);
    return new LeakCount(counts);
  }

  /**
   * What has grown since {@code before} by more than its bound: 5 descriptors, else 0. Threads are
   * not judged here, because a pool makes them when they are first wanted.
   */
  public List<String> grownSince(LeakCount before) {
    List<String> grown = new ArrayList<>();
    counts.forEach(
        (name, now) -> {
          long then = before.counts.getOrDefault(name, 0L);
          if (!name.equals("threads") && now - then > BOUNDS.getOrDefault(name, 0L)) {
            grown.add("%s: %d, was %d".formatted(name, now, then));
          }
        });
    return grown;
  }

  /**
   * Waits until {@code daemon} holds no more than at {@code before}. It is asked at rest: a pool
   * keeps the threads of a busy moment for some seconds.
   */
  public static void awaitAtRest(long daemon, LeakCount before) {
    try {
      TestHost.eventually(
          "what it holds is as before",
          () -> {
            LeakCount now = of(daemon);
            return now.threadsSince(before) <= MORE_THREADS && now.grownSince(before).isEmpty();
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s%nbefore %s%nnow %s%nopen %s%nthreads %s"
              .formatted(e.getMessage(), before, of(daemon), open(daemon), threads(daemon)),
          e);
    }
  }

  /** How many threads have come since {@code before}. */
  public long threadsSince(LeakCount before) {
    return counts.getOrDefault("threads", 0L) - before.counts.getOrDefault("threads", 0L);
  }

  /** What process {@code daemon} has open, as the kernel names it; for messages. */
  public static List<String> open(long daemon) {
    List<String> open = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + daemon + "/fd"))) {
      for (Path each : entries.toList()) {
        open.add(Files.readSymbolicLink(each).toString());
      }
    } catch (IOException e) {
      open.add("and more: " + e.getMessage());
    }
    return open;
  }

  /** The threads of process {@code daemon}, as the kernel names them. */
  private static List<String> threads(long daemon) {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + daemon + "/task"))) {
      for (Path each : entries.toList()) {
        names.add(Files.readString(each.resolve("comm")).strip());
      }
    } catch (IOException e) {
      names.add("and more: " + e.getMessage());
    }
    return names;
  }

  private static long entries(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    } catch (IOException e) {
      return 0;
    }
  }

  private static List<String> stats() {
    List<String> stats = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        Path stat = process.resolve("stat");
        if (Character.isDigit(String.valueOf(process.getFileName()).charAt(0))) {
          try {
            stats.add(Files.readString(stat));
          } catch (IOException e) {
            // it ended while we looked
          }
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return stats;
  }
}
