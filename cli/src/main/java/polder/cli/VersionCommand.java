package polder.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Version;

/** {@code polder version}. */
final class VersionCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("version", "print the version")
        .text("Of the command line; polder info tells the daemon's.")
        .example("polder --version", "the same");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (arguments.has("--json")) {
      Map<String, Object> version = new LinkedHashMap<>();
      version.put("version", Version.ours());
      version.put("java", Runtime.version().toString());
      caller.out().line(Json.pretty(version));
    } else {
      caller.out().line("polder " + Version.ours());
    }
    return Failure.DONE;
  }
}
