package polder.engine;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * What is where on a host.
 *
 * @param config what the administrator writes
 * @param state what must outlive a reboot: zones, images, events
 * @param run what must not: it may lie in memory
 * @param log what zones write
 * @param socket where the daemon listens
 */
public record HostPaths(Path config, Path state, Path run, Path log, Path socket) {
  public HostPaths {
    for (Path path : new Path[] {config, state, run, log, socket}) {
      if (!path.isAbsolute() || !path.equals(path.normalize())) {
        throw new PolderException(
            ErrorKind.INVALID, "'%s' must be an absolute path without '..'".formatted(path));
      }
    }
  }

  /** The places of a host that is installed: below {@code /etc}, {@code /var} and {@code /run}. */
  public static HostPaths system() {
    return new HostPaths(
        Path.of("/etc/polder"),
        Path.of("/var/lib/polder"),
        Path.of("/run/polder"),
        Path.of("/var/log/polder"),
        Path.of("/run/polder/api.sock"));
  }

  /** Everything below one directory: a second host on one machine, an embedder's, a test's. */
  public static HostPaths below(Path home) {
    Path base = home.toAbsolutePath().normalize();
    return new HostPaths(
        base.resolve("etc"),
        base.resolve("state"),
        base.resolve("run"),
        base.resolve("log"),
        base.resolve("run/api.sock"));
  }

  /** What {@code POLDER_HOME} says, else {@link #system()}. */
  public static HostPaths fromEnvironment() {
    @Nullable String home = System.getenv("POLDER_HOME");
    return home == null || home.isBlank() ? system() : below(Path.of(home));
  }

  Path zones() {
    return state.resolve("zones");
  }

  Path journal() {
    return state.resolve("journal");
  }

  Path events() {
    return state.resolve("events");
  }

  Path quarantine() {
    return state.resolve("quarantine");
  }

  Path images() {
    return state.resolve("images");
  }

  Path storage() {
    return state.resolve("storage");
  }

  Path pools() {
    return state.resolve("pools");
  }

  Path volumes() {
    return state.resolve("volumes");
  }

  Path partial() {
    return state.resolve("partial");
  }

  Path firewall() {
    return state.resolve("firewall");
  }

  Path balances() {
    return state.resolve("balances");
  }

  Path networks() {
    return state.resolve("networks");
  }

  Path mountedPools() {
    return run.resolve("pools");
  }

  Path runningZones() {
    return run.resolve("zones");
  }

  /** What the host's control groups are below; another host on this machine has its own. */
  String cgroups() {
    return equals(system())
        ? "polder"
        : "polder-" + Integer.toHexString(String.valueOf(state.getParent()).hashCode());
  }

  /** For {@code polder info}. */
  Map<String, String> describe() {
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("config", config.toString());
    paths.put("state", state.toString());
    paths.put("run", run.toString());
    paths.put("log", log.toString());
    paths.put("socket", socket.toString());
    return paths;
  }
}
