package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What of /proc and /sys tells of the host or changes it, although a zone has its own of both.
 *
 * <p>A zone's are made by the same kernel, so the host's show what is there, and of what kind.
 */
final class KernelPaths {
  /** Host's addresses, timings and keys, and buttons of the machine. */
  private static final List<String> HIDDEN_PROC =
      List.of(
          "acpi",
          "asound",
          "interrupts",
          "kcore",
          "keys",
          "latency_stats",
          "sched_debug",
          "scsi",
          "timer_list",
          "timer_stats");

  private static final List<String> HIDDEN_SYS =
      List.of("devices/virtual/powercap", "firmware", "fs/selinux");

  private static final List<String> READ_ONLY_PROC =
      List.of("bus", "fs", "irq", "sys", "sysrq-trigger");

  private static final long FRESH = 1_000_000_000; // ns

  private static volatile KernelPaths last = new KernelPaths();

  private final long looked = System.nanoTime();
  private final List<Hidden> hiddenProc = present(Path.of("/proc"), HIDDEN_PROC);
  private final List<Hidden> hiddenSys = hiddenOfSys();
  private final List<String> readOnlyProc =
      present(Path.of("/proc"), READ_ONLY_PROC).stream().map(Hidden::path).toList();

  private KernelPaths() {}

  /** Those of now, or of a second ago: what comes with a module comes to zones that run, too. */
  static KernelPaths present() {
    KernelPaths known = last;
    if (System.nanoTime() - known.looked > FRESH) {
      known = new KernelPaths();
      last = known;
    }
    return known;
  }

  /**
   * A path to hide.
   *
   * @param path from the top of its file system
   * @param directory whether it is one
   */
  record Hidden(String path, boolean directory) {}

  /** What is hidden of /proc. */
  List<Hidden> hiddenProc() {
    return hiddenProc;
  }

  /** What is hidden of /sys; throttling of each processor tells of the machine's other guests. */
  List<Hidden> hiddenSys() {
    return hiddenSys;
  }

  private static List<Hidden> hiddenOfSys() {
    List<String> paths = new ArrayList<>(HIDDEN_SYS);
    Path cpus = Path.of("/sys/devices/system/cpu");
    if (Files.isDirectory(cpus)) {
      try (DirectoryStream<Path> list = Files.newDirectoryStream(cpus, "cpu[0-9]*")) {
        list.forEach(
            cpu -> paths.add("devices/system/cpu/" + cpu.getFileName() + "/thermal_throttle"));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + cpus, e);
      }
    }
    return present(Path.of("/sys"), paths);
  }

  /** What of /proc can only be read. */
  List<String> readOnlyProc() {
    return readOnlyProc;
  }

  private static List<Hidden> present(Path top, List<String> paths) {
    return paths.stream()
        .filter(path -> Files.exists(top.resolve(path)))
        .map(path -> new Hidden(path, Files.isDirectory(top.resolve(path))))
        .toList();
  }
}
