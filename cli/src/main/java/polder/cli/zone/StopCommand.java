package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.StopOptions;

/** {@code polder stop}. */
public final class StopCommand implements Command {
  @Override
  public Usage usage() {
    return Stopping.options(Usage.of("stop", "stop zones"))
        .text(
            "The zone's first process gets its stop signal; what is left after the grace is killed."
                + " A zone that is stopped is left as it is.")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder stop -t 30 db", "gives it half a minute to write what it has to write");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    StopOptions options = Stopping.of(arguments);
    return EachZone.of(
        caller, arguments, "stopped", (zones, zone) -> zones.stop(zone, options).write());
  }
}
