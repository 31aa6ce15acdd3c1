package polder.cli.zone;

import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.StopOptions;

/** The options of whatever stops a zone. */
final class Stopping {
  private Stopping() {}

  static Usage options(Usage usage) {
    return usage
        .option(
            "-t --time", "SECONDS", "grace before it is killed; the zone's stop_timeout if absent")
        .flag("-F --force", "kill it at once");
  }

  static StopOptions of(Arguments arguments) {
    Optional<String> time = arguments.value("--time");
    return new StopOptions(time.map(Amount::duration), arguments.has("--force"));
  }
}
