package polder.cli.zone;

import java.util.ArrayList;
import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Host;
import polder.model.Json;
import polder.model.ZoneRef;

/** {@code polder wait}. */
public final class WaitCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("wait", "wait until zones do not run, and tell their exit codes")
        .text("Ends with the last zone's code. A zone that does not run is not waited for.")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder wait job && echo done", "goes on when the zone has ended well");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<ZoneRef> zones = new ArrayList<>();
    arguments.operands().forEach(name -> zones.add(new ZoneRef(name)));
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (ZoneRef zone : zones) {
        code = host.zones().await(zone).code();
        caller
            .out()
            .line(
                arguments.has("--json")
                    ? Json.write(java.util.Map.of("zone", zone.text(), "exit_status", (long) code))
                    : String.valueOf(code));
        caller.out().flush();
      }
    }
    return code;
  }
}
