package polder.cli.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.ZoneRef;
import polder.model.json.SnapshotJson;

/** {@code polder snapshot create}. */
public final class SnapshotCreate implements Command {
  @Override
  public Usage usage() {
    return Usage.of("snapshot create", "keep what zones have on their disks now")
        .text(
            "Zones that run stand still for the moment; those of a group all at once, so that no"
                + " snapshot holds what came after another. Without a name it is called by the"
                + " time.")
        .option("-g --group", "ZONE,ZONE…", "these zones at one instant, all of them or none")
        .option("-n --name", "NAME", "what it is to be called, as after the @")
        .operands("ZONE[@NAME]", Operand.Kind.ZONE, 0, 1)
        .example("polder snapshot create web@before", "keeps the zone's disk as 'before'")
        .example("polder snapshot create --group web,db", "keeps both as they are at one instant");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    SnapshotRequest request = request(arguments);
    List<Snapshot> taken = caller.ask(host -> host.snapshots().create(request));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(taken.stream().map(SnapshotJson::write).toList()));
      return Failure.DONE;
    }
    for (int i = 0; i < taken.size(); i++) {
      caller.out().line(new SnapshotRef(request.zones().get(i), taken.get(i).name()).toString());
    }
    return Failure.DONE;
  }

  private static SnapshotRequest request(Arguments arguments) {
    List<ZoneRef> zones = new ArrayList<>();
    Optional<String> name = arguments.value("--name");
    if (arguments.find(0).findFirst().isPresent()) {
      String word = arguments.operand(0);
      if (word.contains("@")) {
        SnapshotRef snapshot = SnapshotRef.of(word);
        if (name.isPresent()) {
          throw new UsageException("give the name once: after the @, or with --name");
        }
        zones.add(snapshot.zone());
        name = Optional.of(snapshot.name());
      } else {
        zones.add(new ZoneRef(word));
      }
    }
    arguments
        .value("--group")
        .ifPresent(group -> List.of(group.split(",", -1)).forEach(z -> zones.add(new ZoneRef(z))));
    if (zones.isEmpty()) {
      throw new UsageException("name a zone, or several with --group");
    }
    return new SnapshotRequest(zones, name);
  }
}
