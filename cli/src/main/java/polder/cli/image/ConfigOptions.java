package polder.cli.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.model.ImageConfig;

/** What {@code --env}, {@code --cmd}, {@code --workdir} and {@code --user} say of an image. */
final class ConfigOptions {
  private ConfigOptions() {}

  static ImageConfig of(Arguments arguments) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String word : arguments.values("--env")) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new UsageException("-e takes NAME=VALUE, not '" + Words.printable(word) + "'");
      }
      environment.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new ImageConfig(
        List.of(),
        arguments.values("--cmd"),
        environment,
        arguments.value("--workdir"),
        arguments.value("--user"),
        Optional.empty(),
        Map.of());
  }
}
