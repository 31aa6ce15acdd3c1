package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.StopOptions;

/** {@code polder reboot}. */
public final class RebootCommand implements Command {
  @Override
  public Usage usage() {
    return Stopping.options(Usage.of("reboot", "stop zones and start them again"))
        .text("What update said takes hold at restart takes hold.")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder reboot web", "stops it as its stop_signal says, then starts it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    StopOptions options = Stopping.of(arguments);
    return EachZone.of(
        caller, arguments, "rebooted", (zones, zone) -> zones.reboot(zone, options).write());
  }
}
