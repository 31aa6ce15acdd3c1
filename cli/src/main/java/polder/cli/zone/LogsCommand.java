package polder.cli.zone;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Output;
import polder.cli.call.Usage;
import polder.cli.call.Words;
import polder.cli.view.Amount;
import polder.model.Cursor;
import polder.model.Host;
import polder.model.Json;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.ZoneRef;
import polder.model.json.LogJson;

/** {@code polder logs}. */
public final class LogsCommand implements Command {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public Usage usage() {
    return Usage.of("logs", "show what a zone's main process wrote")
        .text("What it wrote to standard error goes to standard error.")
        .text("On a terminal colours stay, and what would move the cursor is shown as '?'.")
        .flag("-f --follow", "go on with what comes")
        .option("-n --tail", "NUMBER", "only the last so many lines")
        .option("--since", "TIME", "only from then on: 2026-11-23T10:00:00Z, or 10m ago")
        .flag("-t --timestamps", "the time before each line")
        .operand("ZONE", Operand.Kind.ZONE)
        .example("polder logs -f --tail 20 web", "shows the last lines and those to come")
        .example("polder logs -t --since 1h web", "shows the last hour with times");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    Optional<Instant> since =
        arguments.value("--since").map(text -> Amount.moment(text, Instant.now()));
    LogQuery query =
        new LogQuery(
            arguments.number("--tail", 0, Long.MAX_VALUE).orElse(-1L),
            since,
            arguments.has("--follow"));
    Set<String> open = new HashSet<>();
    try (Host host = caller.hosts().connect();
        Cursor<LogLine> lines = host.zones().logs(zone, query)) {
      while (!lines.ended()) {
        Optional<LogLine> line = lines.next(query.follow() ? PATIENCE : Duration.ofSeconds(5));
        line.ifPresent(l -> print(caller, arguments, l, open));
      }
    }
    return Failure.DONE;
  }

  /** Prints a line; {@code open} holds the streams whose last line is not whole yet. */
  private static void print(Caller caller, Arguments arguments, LogLine line, Set<String> open) {
    boolean now = arguments.has("--follow");
    if (arguments.has("--json")) {
      caller.out().line(Json.write(LogJson.write(line)));
      if (now) {
        caller.out().flush();
      }
      return;
    }
    Output to = line.stream().equals("stderr") ? caller.err() : caller.out();
    boolean begins = line.partial() ? open.add(line.stream()) : !open.remove(line.stream());
    String time = begins && arguments.has("--timestamps") ? line.time() + " " : "";
    String text = to.terminal() ? Words.coloured(line.text()) : line.text();
    to.text(time + text + (line.partial() ? "" : "\n"));
    if (now || to == caller.err()) {
      to.flush();
    }
  }
}
