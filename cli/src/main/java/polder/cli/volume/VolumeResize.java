package polder.cli.volume;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.Json;
import polder.model.Volume;
import polder.model.json.VolumeJson;

/** {@code polder volume resize}. */
public final class VolumeResize implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume resize", "give a volume another quota, while zones use it")
        .text("What it has already stays, also if that is more. 0 takes the quota away.")
        .operand("VOLUME", Operand.Kind.VOLUME)
        .operand("SIZE", Operand.Kind.TEXT)
        .example("polder volume resize db 40G", "has 40 GiB at most from now on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Volume.checkName(arguments.operand(0));
    long quota = VolumeCreate.quota(arguments.operand(1));
    Volume volume = caller.ask(host -> host.volumes().resize(name, quota));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(VolumeJson.write(volume)));
    } else {
      String has = quota == 0 ? "no quota" : "a quota of " + Amount.bytes(quota);
      caller.tell("volume " + volume.name() + " has " + has);
    }
    return Failure.DONE;
  }
}
