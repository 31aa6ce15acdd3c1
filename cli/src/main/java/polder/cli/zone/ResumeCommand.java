package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder resume}. */
public final class ResumeCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("resume", "let the processes of paused zones go on")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder resume web", "thaws what pause froze");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachZone.of(caller, arguments, "resumed", (zones, zone) -> zones.resume(zone).write());
  }
}
