package polder.cli.snapshot;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.json.SnapshotJson;

/** {@code polder snapshot get}. */
public final class SnapshotGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("snapshot get", "print what is known of a snapshot as JSON")
        .operand("ZONE@NAME", Operand.Kind.SNAPSHOT)
        .example("polder snapshot get web@before", "tells when it was taken");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    SnapshotRef named = SnapshotRef.of(arguments.operand(0));
    Snapshot snapshot = caller.ask(host -> host.snapshots().get(named));
    caller.out().line(Json.pretty(SnapshotJson.write(snapshot)));
    return Failure.DONE;
  }
}
