package polder.cli.deleted;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** {@code polder deleted delete}. */
public final class DeletedDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("deleted delete", "take deleted zones away for good, before their time is over")
        .text("There is no way back. Where several had one name, give the uuid.")
        .operands("ZONE", Operand.Kind.DELETED, 1, Integer.MAX_VALUE)
        .example("polder deleted delete web", "gives the room of a zone back that was deleted");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<ZoneRef> zones = arguments.operands().stream().map(ZoneRef::new).toList();
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (ZoneRef zone : zones) {
        try {
          host.deleted().delete(zone);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("zone", zone.text(), "deleted", true)));
          } else {
            caller.tell("deleted " + zone.text() + " for good");
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
