package polder.cli.zone;

import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder kill}. */
public final class KillCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("kill", "send a signal to a zone's first process")
        .option("-s --signal", "SIGNAL", "a name or number, such as HUP; TERM if absent")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder kill -s HUP web", "has a daemon read its configuration again");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String signal = arguments.value("--signal").orElse("TERM");
    return EachZone.of(
        caller,
        arguments,
        "sent " + signal + " to",
        (zones, zone) -> {
          zones.kill(zone, signal);
          return Map.of("zone", zone.text(), "signal", signal);
        });
  }
}
