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

/** {@code polder pool scrub}. */
public final class PoolScrub implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool scrub", "read all of a pool and compare it with its checksums")
        .text("Exits with 1 if something is not as it was written and could not be put right.")
        .operand("POOL", Operand.Kind.POOL)
        .example("polder pool scrub fast", "finds what a disk has forgotten");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Pool.checkName(arguments.operand(0));
    var found = caller.ask(host -> host.pools().scrub(name));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PoolJson.write(found)));
    } else {
      caller.tell(
          "read %s of pool %s: %d errors, %d put right"
              .formatted(Amount.bytes(found.bytes()), name, found.errors(), found.corrected()));
    }
    return found.errors() > found.corrected() ? Failure.FAILED : Failure.DONE;
  }
}
