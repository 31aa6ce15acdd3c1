package polder.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The JVM's flags as the daemon is started with: one source for script, unit and test. */
final class Flags {
  private Flags() {}

  static List<String> read() throws IOException {
    return Files.readAllLines(Path.of("../dist/polderd.jvm")).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("-"))
        .filter(line -> !line.contains("native-access")) // names a module; here is a class path
        .toList();
  }
}
