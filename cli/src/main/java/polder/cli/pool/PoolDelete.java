package polder.cli.pool;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
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
    return Each.delete(caller, arguments, "pool", names, (host, name) -> host.pools().delete(name));
  }
}
