package polder.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What processes have in memory; pages that several share are parted among them. */
final class ProcessMemory {
  private ProcessMemory() {}

  /** So many MiB of process {@code pid} and those that come from it: proc_pid_smaps(5), Pss. */
  static double of(long pid) {
    return Stream.concat(
            Stream.of(pid),
            ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid))
        .mapToDouble(ProcessMemory::one)
        .sum();
  }

  private static double one(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Pss:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .sum();
    } catch (IOException e) {
      return 0; // it has ended meanwhile
    }
  }
}
