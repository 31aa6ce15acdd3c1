package polder.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A {@link LaunchLoop} in a control group of its own, to count what is left of it in. */
record LaunchJvm(Path group) implements AutoCloseable {
  LaunchJvm() throws IOException {
    this(create());
  }

  private static Path create() throws IOException {
    Path root = Path.of("/sys/fs/cgroup/unified");
    root = Files.exists(root) ? root : Path.of("/sys/fs/cgroup");
    Assumptions.assumeTrue(Files.exists(root.resolve("cgroup.procs")), "no cgroup v2");
    return Files.createDirectory(root.resolve("polder-crash-test-" + System.nanoTime()));
  }

  /** Starts it, below {@code wrapper}, which is a program and its words. */
  Process start(List<String> wrapper, String... arguments) throws IOException {
    String script = "echo $$ >" + group + "/cgroup.procs && exec \"$@\"";
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(wrapper);
    command.addAll(command(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", "target/classes:target/test-classes", "polder.linux.LaunchLoop"));
    command.addAll(List.of(arguments));
    return command;
  }

  List<String> processes() {
    try {
      return Files.readAllLines(group.resolve("cgroup.procs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    Files.writeString(group.resolve("cgroup.kill"), "1");
    Eventually.is("the group is empty", () -> processes().isEmpty(), 5000);
    Files.delete(group);
  }
}
