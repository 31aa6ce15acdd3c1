package polder.cli.volume;

import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.VolumeSnapshotRef;
import polder.model.json.SnapshotJson;

/** {@code polder volume snapshot}. */
public final class VolumeSnapshot implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume snapshot", "keep what is in a volume now, and print VOLUME@NAME")
        .text(
            "Without a name it is called by the time. Zones that run and attach it stand still for"
                + " the moment. A zone's own volume is in the zone's snapshots.")
        .operand("VOLUME[@NAME]", Operand.Kind.VOLUME)
        .example("polder volume snapshot data@before", "the volume can be rolled back to it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String operand = arguments.operand(0);
    Optional<VolumeSnapshotRef> named =
        operand.contains("@") ? Optional.of(VolumeSnapshotRef.of(operand)) : Optional.empty();
    String volume = named.map(VolumeSnapshotRef::volume).orElse(operand);
    Snapshot taken =
        caller.ask(host -> host.volumes().snapshot(volume, named.map(VolumeSnapshotRef::name)));
    caller
        .out()
        .line(
            arguments.has("--json")
                ? Json.pretty(SnapshotJson.write(taken))
                : volume + "@" + taken.name());
    return Failure.DONE;
  }
}
