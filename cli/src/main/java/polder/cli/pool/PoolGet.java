package polder.cli.pool;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Pool;
import polder.model.json.PoolJson;

/** {@code polder pool get}. */
public final class PoolGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool get", "show a pool as JSON")
        .operand("POOL", Operand.Kind.POOL)
        .example("polder pool get fast", "shows its room, and what is wrong if it is missing");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Pool.checkName(arguments.operand(0));
    Pool pool = caller.ask(host -> host.pools().get(name));
    caller.out().line(Json.pretty(PoolJson.write(pool)));
    return Failure.DONE;
  }
}
