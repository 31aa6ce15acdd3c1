package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder start}. */
public final class StartCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("start", "start zones")
        .text("A zone that runs is left as it is.")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder start web db", "starts two zones");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachZone.of(caller, arguments, "started", (zones, zone) -> zones.start(zone).write());
  }
}
