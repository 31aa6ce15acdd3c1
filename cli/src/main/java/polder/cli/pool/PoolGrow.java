package polder.cli.pool;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.Json;
import polder.model.Pool;
import polder.model.json.PoolJson;

/** {@code polder pool grow}. */
public final class PoolGrow implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool grow", "make a pool larger, while zones run in it")
        .text("One on a device becomes as large as that is, whatever SIZE says.")
        .operand("POOL", Operand.Kind.POOL)
        .operand("SIZE", Operand.Kind.TEXT)
        .example("polder pool grow fast 40G", "its file has 40 GiB from now on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Pool.checkName(arguments.operand(0));
    long size = Amount.mebibytes(arguments.operand(1)) << 20;
    Pool pool = caller.ask(host -> host.pools().grow(name, size));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PoolJson.write(pool)));
    } else {
      caller.tell("pool " + name + " has " + Amount.bytes(pool.size()));
    }
    return Failure.DONE;
  }
}
