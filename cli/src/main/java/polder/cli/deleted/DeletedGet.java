package polder.cli.deleted;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.DeletedZone;
import polder.model.Json;
import polder.model.ZoneRef;
import polder.model.json.DeletedZoneJson;

/** {@code polder deleted get}. */
public final class DeletedGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("deleted get", "print what is known of a deleted zone as JSON")
        .operand("ZONE", Operand.Kind.DELETED)
        .example("polder deleted get web", "tells until when it is kept, and what it takes");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef named = new ZoneRef(arguments.operand(0));
    DeletedZone zone = caller.ask(host -> host.deleted().get(named));
    caller.out().line(Json.pretty(DeletedZoneJson.write(zone)));
    return Failure.DONE;
  }
}
