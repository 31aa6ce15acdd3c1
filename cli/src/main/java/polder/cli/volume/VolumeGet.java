package polder.cli.volume;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Volume;
import polder.model.json.VolumeJson;

/** {@code polder volume get}. */
public final class VolumeGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume get", "show a volume as JSON")
        .operand("VOLUME", Operand.Kind.VOLUME)
        .example("polder volume get data", "shows its quota, what it has, and who attaches it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Volume.checkName(arguments.operand(0));
    Volume volume = caller.ask(host -> host.volumes().get(name));
    caller.out().line(Json.pretty(VolumeJson.write(volume)));
    return Failure.DONE;
  }
}
