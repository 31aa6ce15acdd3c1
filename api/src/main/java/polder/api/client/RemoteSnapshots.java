package polder.api.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Snapshots;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.json.SnapshotJson;
import polder.model.json.ZoneJson;

/** The snapshots of the zones of the host at the far end. */
final class RemoteSnapshots implements Snapshots {
  private final Caller caller;

  RemoteSnapshots(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<Snapshot> create(SnapshotRequest request) {
    return all(caller.call("POST", "/v1/snapshots", SnapshotJson.write(request)));
  }

  @Override
  public List<Snapshot> list(ZoneRef zone) {
    return all(caller.call("GET", path(zone), null));
  }

  private static List<Snapshot> all(@Nullable Object trees) {
    return Json.asList(trees).stream().map(SnapshotJson::read).toList();
  }

  @Override
  public Snapshot get(SnapshotRef snapshot) {
    return SnapshotJson.read(caller.call("GET", path(snapshot), null));
  }

  @Override
  public Zone rollback(SnapshotRef snapshot, boolean force) {
    return ZoneJson.read(
        caller.call("POST", path(snapshot) + "/rollback" + (force ? "?force=true" : ""), null));
  }

  @Override
  public void delete(SnapshotRef snapshot) {
    caller.call("DELETE", path(snapshot), null);
  }

  private static String path(ZoneRef zone) {
    return "/v1/zones/" + zone.text() + "/snapshots";
  }

  private static String path(SnapshotRef snapshot) {
    return path(snapshot.zone()) + "/" + Caller.encode(snapshot.name());
  }
}
