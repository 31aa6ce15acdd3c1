package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Snapshots;
import polder.model.Types;
import polder.model.json.SnapshotJson;
import polder.model.json.ZoneJson;

/** What can be asked of zones' snapshots. */
final class SnapshotRoutes {
  private static final Content SNAPSHOT = Content.json("Snapshot", SnapshotJson.SNAPSHOT);
  private static final String ONE = "/v1/zones/{zone}/snapshots/{name}";

  private final Snapshots snapshots;
  private final Operations operations;

  SnapshotRoutes(Snapshots snapshots, Operations operations) {
    this.snapshots = snapshots;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of(
                "POST",
                "/v1/snapshots",
                "Takes a snapshot of each zone, all at one instant",
                this::create)
            .takes(Content.json("SnapshotRequest", SnapshotJson.REQUEST))
            .gives(SNAPSHOT.listed())
            .orLater(),
        Route.of("GET", "/v1/zones/{zone}/snapshots", "A zone's snapshots, oldest first", this::all)
            .gives(SNAPSHOT.listed()),
        Route.of("GET", ONE, "One snapshot", this::get).gives(SNAPSHOT),
        Route.of(
                "POST",
                ONE + "/rollback",
                "Makes the zone's disk what it was; newer snapshots stay",
                this::rollback)
            .with(
                Parameter.query(
                    "force", Types.BOOLEAN, "stop a zone that runs, and start it afterwards"))
            .gives(Content.json("Zone", ZoneJson.ZONE))
            .orLater(),
        Route.of("DELETE", ONE, "Takes a snapshot away", this::delete).orLater());
  }

  private void create(Call call) throws IOException {
    SnapshotRequest request = SnapshotJson.readRequest(call.json());
    operations.answer(call, "snapshot", progress -> write(snapshots.create(request)));
  }

  private void all(Call call) {
    call.answer(write(snapshots.list(call.zone())));
  }

  private static List<Map<String, Object>> write(List<Snapshot> all) {
    return all.stream().map(SnapshotJson::write).toList();
  }

  private void get(Call call) {
    call.answer(SnapshotJson.write(snapshots.get(named(call))));
  }

  private static SnapshotRef named(Call call) {
    return new SnapshotRef(call.zone(), call.part("name"));
  }

  private void rollback(Call call) {
    SnapshotRef snapshot = named(call);
    boolean force = call.flag("force");
    operations.answer(
        call, "rollback", progress -> ZoneJson.write(snapshots.rollback(snapshot, force)));
  }

  private void delete(Call call) {
    SnapshotRef snapshot = named(call);
    operations.answer(
        call,
        "delete snapshot",
        progress -> {
          snapshots.delete(snapshot);
          return null;
        });
  }
}
