package polder.cli.host;

import java.time.Duration;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.Events;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.HostJson;

/** {@code polder events}. */
public final class EventsCommand implements Command {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long RECENT = 1000;

  @Override
  public Usage usage() {
    return Usage.of("events", "tell what happened on the host")
        .text(
            "Each event has a number, its cursor. Who remembers the last one and asks --since it"
                + " misses nothing and sees nothing twice. Without --since all that is kept is"
                + " told; with --follow alone, what is to come.")
        .flag("-f --follow", "go on with what comes")
        .option("--since", "CURSOR", "only what came after that event")
        .example("polder events -f", "tells what happens, as it happens")
        .example(
            "polder events -j --since 1042",
            "prints what came after event 1042, a JSON object a line");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean follow = arguments.has("--follow");
    Optional<Long> since = arguments.number("--since", 0, Long.MAX_VALUE);
    try (Host host = caller.hosts().connect();
        Cursor<Event> events = open(host.events(), since, follow)) {
      while (!events.ended()) {
        Optional<Event> event = events.next(follow ? PATIENCE : Duration.ofSeconds(5));
        if (event.isPresent()) {
          caller.out().line(arguments.has("--json") ? json(event.get()) : text(event.get()));
          if (follow) {
            caller.out().flush();
          }
        }
      }
    }
    return Failure.DONE;
  }

  private static Cursor<Event> open(Events events, Optional<Long> since, boolean follow) {
    if (since.isPresent()) {
      return events.since(since.get(), follow);
    }
    if (follow) {
      return events.since(events.newest(), true);
    }
    try {
      return events.since(0, false);
    } catch (PolderException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
      return events.since(Math.max(0, events.newest() - RECENT), false); // the first are gone
    }
  }

  private static String json(Event event) {
    return Json.write(HostJson.write(event));
  }

  private static String text(Event event) {
    StringBuilder line = new StringBuilder();
    line.append(event.cursor()).append("  ").append(event.time()).append("  ");
    line.append(event.kind()).append("  ").append(event.name());
    if (!event.details().isEmpty()) {
      line.append("  ").append(Json.write(event.details()));
    }
    return polder.cli.call.Words.clean(line.toString());
  }
}
