package polder.cli.deleted;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.DeletedZone;
import polder.model.Json;
import polder.model.json.DeletedZoneJson;

/** {@code polder deleted list}. */
public final class DeletedList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("deleted list", "list the deleted zones that are kept, the next to end first")
        .text("They can be undeleted until their time is over, or their pool is short of room.")
        .flag("-p --parsable", "colons between columns, no heading, times and bytes in full")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "uuids only")
        .example("polder deleted list", "shows what can be undeleted, and for how long");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<DeletedZone> zones = caller.ask(host -> host.deleted().list());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(zones.stream().map(DeletedZoneJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      zones.forEach(zone -> caller.out().line(zone.uuid().toString()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Instant now = Instant.now();
    Table table =
        new Table(
            parsable
                ? List.of("uuid", "name", "pool", "used", "deleted", "until", "state")
                : List.of("uuid", "name", "pool", "used", "deleted", "left", "state"));
    for (DeletedZone zone : zones) {
      table.row(
          zone.uuid().toString(),
          zone.name(),
          zone.pool(),
          parsable ? String.valueOf(zone.used()) : Amount.bytes(zone.used()),
          parsable
              ? zone.deleted().toString()
              : Amount.age(Duration.between(zone.deleted(), now)) + " ago",
          parsable ? zone.until().toString() : Amount.age(Duration.between(now, zone.until())),
          zone.problem().isPresent() ? "missing" : "kept");
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
