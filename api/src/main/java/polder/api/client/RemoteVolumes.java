package polder.api.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.Json;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.Volumes;
import polder.model.json.SnapshotJson;
import polder.model.json.VolumeJson;

/** The volumes of the host at the far end. */
final class RemoteVolumes implements Volumes {
  private final Caller caller;

  RemoteVolumes(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<Volume> list() {
    return Json.asList(caller.call("GET", "/v1/volumes", null)).stream()
        .map(VolumeJson::read)
        .toList();
  }

  @Override
  public Volume get(String name) {
    return VolumeJson.read(caller.call("GET", path(name), null));
  }

  @Override
  public Volume create(VolumeRequest request) {
    return VolumeJson.read(caller.call("POST", "/v1/volumes", VolumeJson.write(request)));
  }

  @Override
  public Volume resize(String name, long quota) {
    Map<String, Object> body = Map.of("quota", Volume.checkQuota(quota));
    return VolumeJson.read(caller.call("PATCH", path(name), body));
  }

  @Override
  public Volume schedule(String name, SnapshotSchedule schedule) {
    String place = path(name) + "/snapshot-schedule";
    return VolumeJson.read(caller.call("PUT", place, VolumeJson.write(schedule)));
  }

  @Override
  public Snapshot snapshot(String name, Optional<String> snapshot) {
    Map<String, Object> body =
        snapshot
            .map(each -> Map.<String, Object>of("name", Snapshot.checkName(each)))
            .orElse(Map.of());
    return SnapshotJson.read(caller.call("POST", path(name) + "/snapshots", body));
  }

  @Override
  public List<Snapshot> snapshots(String name) {
    return Json.asList(caller.call("GET", path(name) + "/snapshots", null)).stream()
        .map(SnapshotJson::read)
        .toList();
  }

  @Override
  public Volume rollback(String name, String snapshot) {
    return VolumeJson.read(caller.call("POST", path(name, snapshot) + "/rollback", null));
  }

  @Override
  public void deleteSnapshot(String name, String snapshot) {
    caller.call("DELETE", path(name, snapshot), null);
  }

  private static String path(String name, String snapshot) {
    return path(name) + "/snapshots/" + Caller.encode(Snapshot.checkName(snapshot));
  }

  @Override
  public void delete(String name) {
    caller.call("DELETE", path(name), null);
  }

  private static String path(String name) {
    return "/v1/volumes/" + Volume.checkName(name);
  }
}
