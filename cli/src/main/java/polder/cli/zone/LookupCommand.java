package polder.cli.zone;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Tree;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/** {@code polder lookup}. */
public final class LookupCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("lookup", "find zones by their properties and print their uuids")
        .text("Filters are those of list.")
        .flag("-1 --one", "fail unless exactly one zone is found")
        .option("-s --sort", "COLUMNS", "order, as in list")
        .operands("FIELD=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder lookup -1 tags.role=db", "prints the one zone that is the database")
        .example("polder lookup -j state=running", "prints all that runs as a JSON array");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Map<String, Object>> zones = Selection.of(caller, arguments, "uuid", List.of("uuid"));
    if (arguments.has("--one") && zones.size() != 1) {
      throw new PolderException(
          zones.isEmpty() ? ErrorKind.NOT_FOUND : ErrorKind.INVALID,
          zones.size() + " zones were found, and -1 asks for exactly one");
    }
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(arguments.has("--one") ? zones.getFirst() : zones));
    } else {
      zones.forEach(zone -> caller.out().line(Tree.text(zone, "uuid")));
    }
    return Failure.DONE;
  }
}
