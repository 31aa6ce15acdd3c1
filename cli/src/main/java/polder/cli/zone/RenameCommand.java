package polder.cli.zone;

import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.UpdatePlan;
import polder.model.ZoneRef;
import polder.model.json.PlanJson;

/** {@code polder rename}. */
public final class RenameCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("rename", "give a zone another alias")
        .operand("ZONE", Operand.Kind.ZONE)
        .operand("ALIAS", Operand.Kind.TEXT)
        .example("polder rename web shop", "takes hold at once; the uuid stays");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    Patch patch = new Patch(Map.of("alias", arguments.operand(1)));
    UpdatePlan plan = caller.ask(host -> host.zones().update(zone, patch, false));
    if (plan.refused()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '" + zone.text() + "' is not renamed: " + plan.lines().getFirst().reason());
    }
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PlanJson.write(plan)));
    } else {
      caller.tell("renamed " + zone.text() + " to " + arguments.operand(1));
    }
    return Failure.DONE;
  }
}
