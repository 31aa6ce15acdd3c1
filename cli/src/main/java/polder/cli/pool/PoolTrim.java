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

/** {@code polder pool trim}. */
public final class PoolTrim implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool trim", "give the disk back what a pool does not need")
        .text(
            "The kernel does so by itself a little after each deletion, where the disk can; this"
                + " does it for all free blocks, now. A pool on a file becomes as small on its disk"
                + " as what is in it.")
        .operand("POOL", Operand.Kind.POOL)
        .example("polder pool trim fast", "makes the pool's file as small as it can be");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Pool.checkName(arguments.operand(0));
    long bytes = caller.ask(host -> host.pools().trim(name));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PoolJson.writeTrim(bytes)));
    } else {
      caller.tell("trimmed %s of pool %s".formatted(Amount.bytes(bytes), name));
    }
    return Failure.DONE;
  }
}
