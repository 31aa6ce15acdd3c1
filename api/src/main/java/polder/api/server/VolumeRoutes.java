package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Types;
import polder.model.VolumeRequest;
import polder.model.Volumes;
import polder.model.json.VolumeJson;

/** What can be asked of volumes. */
final class VolumeRoutes {
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
        Route.of("DELETE", "/v1/volumes/{name}", "Takes a volume away", this::delete).orLater());
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
}
