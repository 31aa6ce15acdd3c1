package polder.cli.snapshot;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.SnapshotRef;

/** {@code polder snapshot delete}. */
public final class SnapshotDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("snapshot delete", "take snapshots away")
        .text("Zones that were cloned from them stay.")
        .operands("ZONE@NAME", Operand.Kind.SNAPSHOT, 1, Integer.MAX_VALUE)
        .example("polder snapshot delete web@before", "gives its room back");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<SnapshotRef> snapshots = arguments.operands().stream().map(SnapshotRef::of).toList();
    return Each.delete(
        caller,
        arguments,
        "snapshot",
        snapshots,
        (host, snapshot) -> host.snapshots().delete(snapshot));
  }
}
