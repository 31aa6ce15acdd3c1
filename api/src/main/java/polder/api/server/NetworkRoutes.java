package polder.api.server;

import java.io.IOException;
import java.util.List;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Networks;
import polder.model.json.NetworkJson;

/** What can be asked of networks. */
final class NetworkRoutes {
  private static final Content NETWORK = Content.json("Network", NetworkJson.NETWORK);

  private final Networks networks;
  private final Operations operations;

  NetworkRoutes(Networks networks, Operations operations) {
    this.networks = networks;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/networks", "All networks, by name", this::all).gives(NETWORK.listed()),
        Route.of("GET", "/v1/nics", "What went through zones' network cards", this::counters)
            .gives(Content.json("NicCounters", NetworkJson.COUNTERS).listed()),
        Route.of("POST", "/v1/networks", "Makes a network", this::create)
            .takes(Content.json("NetworkRequest", NetworkJson.REQUEST))
            .gives(NETWORK)
            .orLater(),
        Route.of("GET", "/v1/networks/{name}", "One network, by name or uuid", this::get)
            .gives(NETWORK),
        Route.of("PATCH", "/v1/networks/{name}", "Changes a network", this::update)
            .takes(Content.json("NetworkUpdate", NetworkJson.UPDATE))
            .gives(NETWORK)
            .orLater(),
        Route.of("DELETE", "/v1/networks/{name}", "Takes a network away", this::delete).orLater());
  }

  private void all(Call call) {
    call.answer(networks.list().stream().map(NetworkJson::write).toList());
  }

  private void counters(Call call) {
    call.answer(networks.counters().stream().map(NetworkJson::write).toList());
  }

  private void get(Call call) {
    call.answer(NetworkJson.write(networks.get(call.part("name"))));
  }

  private void create(Call call) throws IOException {
    NetworkRequest request = NetworkJson.readRequest(call.json());
    operations.answer(
        call, "create network", progress -> NetworkJson.write(networks.create(request)));
  }

  private void update(Call call) throws IOException {
    String name = call.part("name");
    NetworkUpdate update = NetworkJson.readUpdate(call.json());
    operations.answer(
        call, "update network", progress -> NetworkJson.write(networks.update(name, update)));
  }

  private void delete(Call call) {
    String name = call.part("name");
    operations.answer(
        call,
        "delete network",
        progress -> {
          networks.delete(name);
          return null;
        });
  }
}
