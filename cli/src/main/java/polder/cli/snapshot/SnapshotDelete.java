package polder.cli.snapshot;

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
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (SnapshotRef snapshot : snapshots) {
        try {
          host.snapshots().delete(snapshot);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("snapshot", snapshot.toString(), "deleted", true)));
          } else {
            caller.tell("deleted " + snapshot);
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
