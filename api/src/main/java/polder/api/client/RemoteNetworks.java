package polder.api.client;

import java.util.List;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Networks;
import polder.model.NicCounters;
import polder.model.json.NetworkJson;

/** The networks of the host at the far end. */
final class RemoteNetworks implements Networks {
  private final Caller caller;

  RemoteNetworks(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<Network> list() {
    return Json.asList(caller.call("GET", "/v1/networks", null)).stream()
        .map(NetworkJson::read)
        .toList();
  }

  @Override
  public Network get(String name) {
    return NetworkJson.read(caller.call("GET", path(name), null));
  }

  @Override
  public List<NicCounters> counters() {
    return Json.asList(caller.call("GET", "/v1/nics", null)).stream()
        .map(NetworkJson::readCounters)
        .toList();
  }

  @Override
  public Network create(NetworkRequest request) {
    return NetworkJson.read(caller.call("POST", "/v1/networks", NetworkJson.write(request)));
  }

  @Override
  public Network update(String name, NetworkUpdate update) {
    return NetworkJson.read(caller.call("PATCH", path(name), NetworkJson.write(update)));
  }

  @Override
  public void delete(String name) {
    caller.call("DELETE", path(name), null);
  }

  private static String path(String name) {
    return "/v1/networks/" + Network.checkReference(name);
  }
}
