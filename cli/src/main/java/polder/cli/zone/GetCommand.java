package polder.cli.zone;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.Words;
import polder.cli.view.Tree;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** {@code polder get}. */
public final class GetCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("get", "show a zone's payload and state as JSON")
        .operand("ZONE", Operand.Kind.ZONE)
        .operands("PROPERTY", Operand.Kind.TEXT, 0, 1)
        .example("polder get web", "shows all there is to know of it")
        .example("polder get web pid", "prints one property, for a script");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef ref = new ZoneRef(arguments.operand(0));
    Map<String, Object> zone = caller.ask(host -> host.zones().get(ref).write());
    if (arguments.operands().size() < 2) {
      caller.out().line(Json.pretty(zone));
      return Failure.DONE;
    }
    String property = arguments.operand(1);
    List<Object> found = Tree.find(zone, property);
    if (found.isEmpty()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "zone '" + ref.text() + "' has no '" + Words.printable(property) + "'");
    }
    for (Object value : found) {
      boolean plain = value instanceof String && !arguments.has("--json");
      caller.out().line(plain ? Words.clean(value.toString()) : Json.write(value));
    }
    return Failure.DONE;
  }
}
