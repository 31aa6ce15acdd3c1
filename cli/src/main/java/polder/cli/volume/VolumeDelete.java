package polder.cli.volume;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Volume;

/** {@code polder volume delete}. */
public final class VolumeDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume delete", "take volumes away with all that is in them")
        .text("One that a zone attaches is refused, and so is a zone's own, which goes with it.")
        .operands("VOLUME", Operand.Kind.VOLUME, 1, Integer.MAX_VALUE)
        .example("polder volume delete data", "gives its room back");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> names = arguments.operands().stream().map(Volume::checkName).toList();
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String name : names) {
        try {
          host.volumes().delete(name);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("volume", name, "deleted", true)));
          } else {
            caller.tell("deleted volume " + name);
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
