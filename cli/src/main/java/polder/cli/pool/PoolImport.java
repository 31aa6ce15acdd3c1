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

/** {@code polder pool import}. */
public final class PoolImport implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool import", "take in a pool that was made before")
        .text("It stays where it is, and has the name that it had.")
        .operand("SOURCE", Operand.Kind.FILE)
        .example("polder pool import /dev/sdb", "a disk from another host")
        .example("polder pool import /srv/pool.disk", "the file that a pool was on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String source = PoolCreate.absolute(arguments.operand(0));
    Pool pool = caller.ask(host -> host.pools().importFrom(source));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PoolJson.write(pool)));
    } else {
      caller.tell("imported pool " + pool.name() + " with " + pool.zones() + " datasets");
      if (pool.zones() > 0) {
        caller.tell("'polder adopt " + pool.name() + " --dry-run' tells what they are");
      }
    }
    return Failure.DONE;
  }
}
