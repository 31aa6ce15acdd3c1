package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What memory of this machine is in use for good: neither free nor a cache. */
final class Memory {
  /** proc_meminfo(5): of programs, of the kernel, and what several share. */
  private static final List<String> USED =
      List.of("AnonPages", "Shmem", "Slab", "KernelStack", "PageTables", "Percpu");

  private Memory() {}

  /** So many MiB. Empties the kernel's caches before, since a part of them lies in Slab. */
  static double used() {
    try {
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3\n");
      double kibibytes = 0;
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        List<String> words = Arrays.asList(line.split("[: ]+", -1));
        if (USED.contains(words.getFirst())) {
          kibibytes += Double.parseDouble(words.get(1));
        }
      }
      return kibibytes / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resident MiB of a process: proc_pid_status(5), VmRSS. */
  static double resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
