package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import polder.model.DeletedZones;
import polder.model.Json;
import polder.model.Patch;
import polder.model.ZoneRef;
import polder.model.json.DeletedZoneJson;
import polder.model.json.ZoneJson;

/** What can be asked of zones that were deleted and are kept. */
final class DeletedRoutes {
  private static final Content DELETED = Content.json("DeletedZone", DeletedZoneJson.DELETED);

  private final DeletedZones deleted;
  private final Operations operations;

  DeletedRoutes(DeletedZones deleted, Operations operations) {
    this.deleted = deleted;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of(
                "GET",
                "/v1/deleted",
                "The deleted zones that are kept, those first that end first",
                this::all)
            .gives(DELETED.listed()),
        Route.of("GET", "/v1/deleted/{zone}", "One of them", this::get).gives(DELETED),
        Route.of(
                "POST",
                "/v1/deleted/{zone}/undelete",
                "Brings it back, down; the body says where its payload is to differ",
                this::undelete)
            .takes(Content.json("Patch", Map.of("type", "object")))
            .gives(ZoneRoutes.ZONE)
            .orLater(),
        Route.of("DELETE", "/v1/deleted/{zone}", "Takes it away for good", this::delete).orLater());
  }

  private void all(Call call) {
    call.answer(deleted.list().stream().map(DeletedZoneJson::write).toList());
  }

  private void get(Call call) {
    call.answer(DeletedZoneJson.write(deleted.get(call.zone())));
  }

  private void undelete(Call call) throws IOException {
    ZoneRef zone = call.zone();
    Patch changes = new Patch(Json.asObject(call.json()));
    operations.answer(
        call, "undelete", progress -> ZoneJson.write(deleted.undelete(zone, changes)));
  }

  private void delete(Call call) {
    ZoneRef zone = call.zone();
    operations.answer(
        call,
        "destroy",
        progress -> {
          deleted.delete(zone);
          return null;
        });
  }
}
