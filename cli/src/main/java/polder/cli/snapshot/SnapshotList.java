package polder.cli.snapshot;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Host;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.json.SnapshotJson;

/** {@code polder snapshot list}. */
public final class SnapshotList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("snapshot list", "list the snapshots of zones, the oldest first")
        .text("The size is what the snapshot itself takes, where the pool's driver knows.")
        .flag("-p --parsable", "colons between columns, no heading, times and bytes in full")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "ZONE@NAME only")
        .operands("ZONE", Operand.Kind.ZONE, 0, Integer.MAX_VALUE)
        .example("polder snapshot list web", "shows what the zone can be rolled back to");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<ZoneRef> wanted = arguments.operands().stream().map(ZoneRef::new).toList();
    List<Zone> zones = caller.ask(host -> zones(host, wanted));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(trees(zones)));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Instant now = Instant.now();
    Table table = new Table(List.of("zone", "name", parsable ? "created" : "age", "size"));
    for (Zone zone : zones) {
      for (Snapshot snapshot : zone.snapshots()) {
        if (arguments.has("--quiet")) {
          caller.out().line(zone.name() + "@" + snapshot.name());
          continue;
        }
        table.row(
            zone.name(),
            snapshot.name(),
            parsable
                ? snapshot.created().toString()
                : Amount.age(Duration.between(snapshot.created(), now)),
            snapshot
                .size()
                .map(size -> parsable ? String.valueOf(size) : Amount.bytes(size))
                .orElse("-"));
      }
    }
    if (arguments.has("--quiet")) {
      return Failure.DONE;
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }

  private static List<Zone> zones(Host host, List<ZoneRef> wanted) {
    return wanted.isEmpty() ? host.zones().list() : wanted.stream().map(host.zones()::get).toList();
  }

  private static List<Map<String, Object>> trees(List<Zone> zones) {
    List<Map<String, Object>> trees = new ArrayList<>();
    for (Zone zone : zones) {
      for (Snapshot snapshot : zone.snapshots()) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("zone", zone.uuid().toString());
        tree.putAll(SnapshotJson.write(snapshot));
        trees.add(tree);
      }
    }
    return trees;
  }
}
