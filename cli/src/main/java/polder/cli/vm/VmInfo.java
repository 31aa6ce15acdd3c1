package polder.cli.vm;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.GuestPart;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** {@code polder vm info}. */
public final class VmInfo implements Command {
  @Override
  public Usage usage() {
    return Usage.of("vm info", "print what a vm's machine says of itself as JSON")
        .text(
            "The answers are QEMU's, to a part each: %s. Without parts all of them."
                .formatted(String.join(", ", GuestPart.words())))
        .operand("VM", Operand.Kind.ZONE)
        .operands("PART", Operand.Kind.TEXT, 0, GuestPart.values().length)
        .example("polder vm info server status cpus", "tells whether it runs, and its processors");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef vm = new ZoneRef(arguments.operand(0));
    Set<GuestPart> parts = EnumSet.noneOf(GuestPart.class);
    for (String word : arguments.operands().subList(1, arguments.operands().size())) {
      try {
        parts.add(GuestPart.of(word));
      } catch (PolderException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
    Map<String, Object> told = caller.ask(host -> host.guests().info(vm, parts));
    caller.out().line(Json.pretty(told));
    return Failure.DONE;
  }
}
