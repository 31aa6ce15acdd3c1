package polder.cli.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.json.SnapshotJson;

/** {@code polder volume snapshots}. */
public final class VolumeSnapshotList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume snapshots", "list the snapshots of a volume, the oldest first")
        .text("The size is what the snapshot itself takes, where the pool's driver knows.")
        .flag("-p --parsable", "colons between columns, no heading, times and bytes in full")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "VOLUME@NAME only")
        .operand("VOLUME", Operand.Kind.VOLUME)
        .example("polder volume snapshots data", "shows what it can be rolled back to");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String volume = arguments.operand(0);
    List<Snapshot> all = caller.ask(host -> host.volumes().snapshots(volume));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(all.stream().map(SnapshotJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      all.forEach(snapshot -> caller.out().line(volume + "@" + snapshot.name()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Instant now = Instant.now();
    Table table = new Table(List.of("name", parsable ? "created" : "age", "size"));
    for (Snapshot snapshot : all) {
      table.row(
          snapshot.name(),
          parsable
              ? snapshot.created().toString()
              : Amount.age(Duration.between(snapshot.created(), now)),
          snapshot
              .size()
              .map(size -> parsable ? String.valueOf(size) : Amount.bytes(size))
              .orElse("-"));
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
