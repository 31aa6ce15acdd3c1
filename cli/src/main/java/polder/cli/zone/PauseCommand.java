package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder pause}. */
public final class PauseCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pause", "freeze all processes of zones")
        .text("They keep their memory and get no CPU until resume.")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder pause web", "has the zone stand still");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachZone.of(caller, arguments, "paused", (zones, zone) -> zones.pause(zone).write());
  }
}
