package polder.cli.snapshot;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.SnapshotRef;
import polder.model.Zone;

/** {@code polder snapshot rollback}. */
public final class SnapshotRollback implements Command {
  @Override
  public Usage usage() {
    return Usage.of("snapshot rollback", "make a zone's disk what it was at a snapshot")
        .text(
            "What the zone wrote since is lost unless a newer snapshot has it: those stay, so that"
                + " the zone can be rolled forward again. Its payload stays what it is.")
        .flag("-f --force", "stop a zone that runs, and start it afterwards")
        .operand("ZONE@NAME", Operand.Kind.SNAPSHOT)
        .example("polder snapshot rollback --force web@before", "takes a running zone back")
        .example("polder snapshot rollback web@after", "and forward again");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    SnapshotRef snapshot = SnapshotRef.of(arguments.operand(0));
    boolean force = arguments.has("--force");
    Zone zone = caller.ask(host -> host.snapshots().rollback(snapshot, force));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(zone.write()));
    } else {
      caller.tell("rolled " + zone.name() + " back to " + snapshot.name());
    }
    return Failure.DONE;
  }
}
