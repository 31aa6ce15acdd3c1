package polder.api.client;

import java.util.List;
import polder.model.DeletedZone;
import polder.model.DeletedZones;
import polder.model.Json;
import polder.model.Patch;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.json.DeletedZoneJson;
import polder.model.json.ZoneJson;

/** The zones of the host at the far end that were deleted and are kept. */
final class RemoteDeletedZones implements DeletedZones {
  private final Caller caller;

  RemoteDeletedZones(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<DeletedZone> list() {
    return Json.asList(caller.call("GET", "/v1/deleted", null)).stream()
        .map(DeletedZoneJson::read)
        .toList();
  }

  @Override
  public DeletedZone get(ZoneRef zone) {
    return DeletedZoneJson.read(caller.call("GET", path(zone), null));
  }

  @Override
  public Zone undelete(ZoneRef zone, Patch changes) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/undelete", changes.changes()));
  }

  @Override
  public void delete(ZoneRef zone) {
    caller.call("DELETE", path(zone), null);
  }

  private static String path(ZoneRef zone) {
    return "/v1/deleted/" + Caller.encode(zone.text());
  }
}
