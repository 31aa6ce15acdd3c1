package polder.cli.volume;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Volume;
import polder.model.VolumeSnapshotRef;
import polder.model.json.VolumeJson;

/** {@code polder volume rollback}. */
public final class VolumeRollback implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume rollback", "make a volume what it was at a snapshot")
        .text(
            "All snapshots stay, the newer ones too. It is refused while a running zone has the"
                + " volume mounted.")
        .operand("VOLUME@NAME", Operand.Kind.VOLUME)
        .example("polder volume rollback data@before", "takes back what was written since");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    VolumeSnapshotRef named = VolumeSnapshotRef.of(arguments.operand(0));
    Volume volume = caller.ask(host -> host.volumes().rollback(named.volume(), named.name()));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(VolumeJson.write(volume)));
    } else {
      caller.tell("rolled back volume " + named.volume() + " to " + named.name());
    }
    return Failure.DONE;
  }
}
