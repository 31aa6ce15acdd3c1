package polder.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's present boot: which one it is, and for how long it has been up. proc(5) */
final class Boot {
  private Boot() {}

  /** The kernel's random name for this boot: {@code /proc/sys/kernel/random/boot_id}. */
  static String id() {
    return read("/proc/sys/kernel/random/boot_id");
  }

  /** Milliseconds since the host started, sleep included; no clock setting changes it. */
  static long uptime() {
    String uptime = read("/proc/uptime");
    return (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
