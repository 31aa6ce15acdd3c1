package polder.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image says about how it is run; a payload's own words come before it.
 *
 * @param entrypoint program and first arguments
 * @param cmd program, or arguments of the entrypoint
 * @param env environment
 * @param workdir working directory
 * @param user user[:group]
 * @param stopSignal what asks it to end
 * @param labels labels
 * @param volumes where a zone's data lies that should outlive it: directories, each made if missing
 * @param ports what it listens at, {@code 80/tcp}
 * @param healthcheck how to tell whether it is well, unless the payload says it
 */
public record ImageConfig(
    List<String> entrypoint,
    List<String> cmd,
    Map<String, String> env,
    Optional<String> workdir,
    Optional<String> user,
    Optional<String> stopSignal,
    Map<String, String> labels,
    List<String> volumes,
    List<String> ports,
    Optional<Healthcheck> healthcheck) {
  /** An image that says nothing. */
  public static final ImageConfig NONE =
      new ImageConfig(
          List.of(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          List.of(),
          List.of(),
          Optional.empty());

  public ImageConfig {
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    env = Map.copyOf(env);
    labels = Map.copyOf(labels);
    volumes = List.copyOf(volumes);
    ports = List.copyOf(ports);
  }

  /** One that says nothing of volumes, ports and health. */
  public ImageConfig(
      List<String> entrypoint,
      List<String> cmd,
      Map<String, String> env,
      Optional<String> workdir,
      Optional<String> user,
      Optional<String> stopSignal,
      Map<String, String> labels) {
    this(
        entrypoint,
        cmd,
        env,
        workdir,
        user,
        stopSignal,
        labels,
        List.of(),
        List.of(),
        Optional.empty());
  }
}
