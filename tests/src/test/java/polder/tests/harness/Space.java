package polder.tests.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A network namespace, with a process that keeps it. */
public final class Space implements AutoCloseable {
  private final Process keeper =
      Commands.start(Map.of(), List.of("unshare", "-n", "sleep", "100000"));

  public Space() {
    TestHost.eventually("it is unshared", this::isAway);
  }

  private boolean isAway() {
    try {
      return Files.readString(Path.of("/proc/" + pid() + "/comm")).startsWith("sleep");
    } catch (IOException e) {
      return false;
    }
  }

  private long pid() {
    return keeper.pid();
  }

  public Path file() {
    return Path.of("/proc/" + pid() + "/ns/net");
  }

  /** Lays a cable to another: 192.0.2.1 here, 192.0.2.2 there. */
  public void connect(Space other) {
    run("ip", "link", "set", "lo", "up");
    run(
        "ip",
        "link",
        "add",
        "up0",
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        String.valueOf(other.pid()));
    run("ip", "addr", "add", "192.0.2.1/24", "dev", "up0");
    run("ip", "link", "set", "up0", "up");
    other.run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
    other.run("ip", "link", "set", "eth0", "up");
  }

  /** Starts a program in it. */
  public Process start(String... command) {
    return Commands.start(Map.of(), in(command));
  }

  /** What a program in it writes; it must succeed. */
  public String run(String... command) {
    return call(command).ok().text();
  }

  /** What comes of a program in it. */
  public CommandResult call(String... command) {
    return Commands.run(Map.of("POLDER_NO_BUILD", "1"), new byte[0], in(command));
  }

  private List<String> in(String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + file()));
    all.addAll(List.of(command));
    return all;
  }

  @Override
  public void close() {
    keeper.destroyForcibly();
  }
}
