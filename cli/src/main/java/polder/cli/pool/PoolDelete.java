package polder.cli.pool;

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
import polder.model.Pool;

/** {@code polder pool delete}. */
public final class PoolDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool delete", "take pools away with all that is in them")
        .text("One that a zone is in is refused, and the default one stays.")
        .operands("POOL", Operand.Kind.POOL, 1, Integer.MAX_VALUE)
        .example("polder pool delete fast", "gives its room back");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> names = arguments.operands().stream().map(Pool::checkName).toList();
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String name : names) {
        try {
          host.pools().delete(name);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("pool", name, "deleted", true)));
          } else {
            caller.tell("deleted pool " + name);
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
