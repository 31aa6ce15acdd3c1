package polder.cli.host;

import java.util.List;
import java.util.Locale;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.cli.call.Words;
import polder.model.Finding;
import polder.model.Json;
import polder.model.json.HostJson;

/** Findings, as {@code doctor} and {@code fsck} print them. */
final class Findings {
  private Findings() {}

  /** Prints them; 1 if something is missing. */
  static int print(Caller caller, Arguments arguments, List<Finding> findings) {
    boolean missing = findings.stream().anyMatch(f -> f.level() == Finding.Level.MISSING);
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(findings.stream().map(HostJson::write).toList()));
      return missing ? Failure.FAILED : Failure.DONE;
    }
    int width = findings.stream().mapToInt(f -> f.name().length()).max().orElse(0);
    boolean colour = caller.colour(caller.out());
    for (Finding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      String name = finding.name();
      caller
          .out()
          .line(
              coloured(level, finding.level(), colour)
                  + " ".repeat(9 - level.length())
                  + Words.printable(name)
                  + " ".repeat(width - name.length() + 2)
                  + Words.printable(finding.value()));
      if (!finding.mend().isEmpty()) {
        caller.out().line(" ".repeat(9) + "→ " + Words.clean(finding.mend()));
      }
    }
    return missing ? Failure.FAILED : Failure.DONE;
  }

  private static String coloured(String word, Finding.Level level, boolean colour) {
    if (!colour) {
      return word;
    }
    String code =
        switch (level) {
          case OK -> "32";
          case WARNING -> "33";
          case MISSING -> "31";
        };
    return "\u001b[" + code + "m" + word + "\u001b[0m";
  }
}
