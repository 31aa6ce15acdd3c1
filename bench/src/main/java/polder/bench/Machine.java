package polder.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import polder.linux.CgroupHost;

/** The machine that was measured on, in a line: figures without it say little. */
public final class Machine {
  private Machine() {}

  /** The processor, how many, the kernel and what else counts. */
  public static String text() {
    return "%s, %d processors, Linux %s, control groups %s%s, Java %s"
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.version"),
            CgroupHost.own().layout().name().toLowerCase(Locale.ROOT),
            favorsDynamicMoves() ? " with favordynmods" : "",
            Runtime.version().feature());
  }

  private static String processor() {
    return read("/proc/cpuinfo")
        .lines()
        .filter(line -> line.startsWith("model name"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown processor");
  }

  /** Whether attaching to a control group spares the wait for an RCU grace period. */
  private static boolean favorsDynamicMoves() {
    return read("/proc/self/mountinfo").contains("favordynmods");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }
}
