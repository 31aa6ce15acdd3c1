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
 */
public record ImageConfig(
    List<String> entrypoint,
    List<String> cmd,
    Map<String, String> env,
    Optional<String> workdir,
    Optional<String> user,
    Optional<String> stopSignal,
    Map<String, String> labels) {
  /** An image that says nothing. */
  public static final ImageConfig NONE =
      new ImageConfig(
          List.of(),
          List.of(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  public ImageConfig {
    entrypoint = List.copyOf(entrypoint);
    cmd = List.copyOf(cmd);
    env = Map.copyOf(env);
    labels = Map.copyOf(labels);
  }
}
