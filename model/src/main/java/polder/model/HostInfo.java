package polder.model;

import java.util.Map;

/**
 * What a host says of itself.
 *
 * @param version Polder's
 * @param java the JVM's
 * @param kernel the kernel's release
 * @param arch the machine's architecture, such as {@code amd64}
 * @param daemonPid the process that answers
 * @param paths what is where: {@code config}, {@code state}, {@code run}, {@code log}, {@code
 *     socket}
 * @param counts how many: {@code zones}, {@code running}, {@code images}
 */
public record HostInfo(
    String version,
    String java,
    String kernel,
    String arch,
    long daemonPid,
    Map<String, String> paths,
    Map<String, Long> counts) {
  public HostInfo {
    paths = Map.copyOf(paths);
    counts = Map.copyOf(counts);
  }
}
