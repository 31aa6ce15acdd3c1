package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.SnapshotSchedule;
import polder.model.Types;
import polder.model.VolumeRequest;
import polder.model.Volumes;
import polder.model.json.SnapshotJson;
import polder.model.json.VolumeJson;

/** What can be asked of volumes. */
final class VolumeRoutes {
  private static final Content SNAPSHOT = Content.json("Snapshot", SnapshotJson.SNAPSHOT);
  private static final String ONE = "/v1/volumes/{name}/snapshots/{snapshot}";
  private static final Content VOLUME = Content.json("Volume", VolumeJson.VOLUME);

  private final Volumes volumes;
  private final Operations operations;

  VolumeRoutes(Volumes volumes, Operations operations) {
    this.volumes = volumes;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/volumes", "All volumes, by name", this::all).gives(VOLUME.listed()),
        Route.of("POST", "/v1/volumes", "Makes an empty volume", this::create)
            .takes(Content.json("VolumeRequest", VolumeJson.REQUEST))
            .gives(VOLUME)
            .orLater(),
        Route.of("GET", "/v1/volumes/{name}", "One volume", this::get).gives(VOLUME),
        Route.of("PATCH", "/v1/volumes/{name}", "Gives a volume another quota", this::resize)
            .takes(Content.field("quota", Types.integer(0, 1L << 60).schema()))
            .gives(VOLUME)
            .orLater(),
        Route.of(
                "PUT",
                "/v1/volumes/{name}/snapshot-schedule",
                "Has snapshots of a volume taken by themselves; none for an empty object",
                this::schedule)
            .takes(Content.json("SnapshotSchedule", VolumeJson.SCHEDULE))
            .gives(VOLUME)
            .orLater(),
        Route.of("DELETE", "/v1/volumes/{name}", "Takes a volume away", this::delete).orLater(),
        Route.of(
                "GET",
                "/v1/volumes/{name}/snapshots",
                "A volume's snapshots, oldest first",
                this::of)
            .gives(SNAPSHOT.listed()),
        Route.of(
                "POST",
                "/v1/volumes/{name}/snapshots",
                "Keeps what is in a volume now; by the moment's name, if the body gives none",
                this::snapshot)
            .takes(Content.field("name", Types.LINE.schema()))
            .gives(SNAPSHOT)
            .orLater(),
        Route.of(
                "POST",
                ONE + "/rollback",
                "Makes the volume what it was; newer snapshots stay",
                this::rollback)
            .gives(VOLUME)
            .orLater(),
        Route.of("DELETE", ONE, "Takes a snapshot of a volume away", this::deleteSnapshot)
            .orLater());
  }

  private void all(Call call) {
    call.answer(volumes.list().stream().map(VolumeJson::write).toList());
  }

  private void get(Call call) {
    call.answer(VolumeJson.write(volumes.get(call.part("name"))));
  }

  private void create(Call call) throws IOException {
    VolumeRequest request = VolumeJson.readRequest(call.json());
    operations.answer(call, "create volume", progress -> VolumeJson.write(volumes.create(request)));
  }

  private void resize(Call call) throws IOException {
    String name = call.part("name");
    Map<String, Object> body = Json.asObject(call.json());
    if (body.size() != 1 || !(body.get("quota") instanceof Long quota)) {
      throw new PolderException(
          ErrorKind.INVALID, "the body must be {\"quota\": bytes} and nothing else");
    }
    operations.answer(
        call, "resize volume", progress -> VolumeJson.write(volumes.resize(name, quota)));
  }

  private void schedule(Call call) throws IOException {
    String name = call.part("name");
    SnapshotSchedule schedule = VolumeJson.readSchedule(call.json());
    operations.answer(
        call,
        "schedule snapshots of volume",
        progress -> VolumeJson.write(volumes.schedule(name, schedule)));
  }

  private void delete(Call call) {
    String name = call.part("name");
    operations.answer(
        call,
        "delete volume",
        progress -> {
          volumes.delete(name);
          return null;
        });
  }

  private void of(Call call) {
    call.answer(volumes.snapshots(call.part("name")).stream().map(SnapshotJson::write).toList());
  }

  private void snapshot(Call call) throws IOException {
    String name = call.part("name");
    Map<String, Object> body = Json.asObject(call.json());
    Optional<Object> wanted = Optional.ofNullable(body.get("name"));
    if (body.size() > 1 || (body.size() == 1 && !(wanted.orElse(0) instanceof String))) {
      throw new PolderException(
          ErrorKind.INVALID, "the body must be {\"name\": text} or {}, and nothing else");
    }
    operations.answer(
        call,
        "snapshot volume",
        progress -> SnapshotJson.write(volumes.snapshot(name, wanted.map(String::valueOf))));
  }

  private void rollback(Call call) {
    String name = call.part("name");
    String snapshot = call.part("snapshot");
    operations.answer(
        call, "rollback volume", progress -> VolumeJson.write(volumes.rollback(name, snapshot)));
  }

  private void deleteSnapshot(Call call) {
    String name = call.part("name");
    String snapshot = call.part("snapshot");
    operations.answer(
        call,
        "delete snapshot of volume",
        progress -> {
          volumes.deleteSnapshot(name, snapshot);
          return null;
        });
  }
}
