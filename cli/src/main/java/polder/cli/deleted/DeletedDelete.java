package polder.cli.deleted;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
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
    return Each.of(
        caller,
        arguments,
        zones,
        zone -> "deleted %s for good".formatted(zone.text()),
        (host, zone) -> {
          host.deleted().delete(zone);
          return Map.of("zone", zone.text(), "deleted", true);
        });
  }
}
