package polder.api.server;

import java.io.IOException;
import java.util.List;
import polder.model.BalanceRequest;
import polder.model.BalanceUpdate;
import polder.model.Balances;
import polder.model.json.BalanceJson;

/** What can be asked of balances. */
final class BalanceRoutes {
  private static final Content BALANCE = Content.json("Balance", BalanceJson.BALANCE);

  private final Balances balances;
  private final Operations operations;

  BalanceRoutes(Balances balances, Operations operations) {
    this.balances = balances;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/balances", "All balances, by name", this::all).gives(BALANCE.listed()),
        Route.of("POST", "/v1/balances", "Makes a balance", this::create)
            .takes(Content.json("BalanceRequest", BalanceJson.REQUEST))
            .gives(BALANCE)
            .orLater(),
        Route.of("GET", "/v1/balances/{name}", "One balance, with its zones", this::get)
            .gives(BALANCE),
        Route.of("PATCH", "/v1/balances/{name}", "Changes a balance", this::update)
            .takes(Content.json("BalanceUpdate", BalanceJson.UPDATE))
            .gives(BALANCE)
            .orLater(),
        Route.of("DELETE", "/v1/balances/{name}", "Takes a balance away", this::delete).orLater());
  }

  private void all(Call call) {
    call.answer(balances.list().stream().map(BalanceJson::write).toList());
  }

  private void get(Call call) {
    call.answer(BalanceJson.write(balances.get(call.part("name"))));
  }

  private void create(Call call) throws IOException {
    BalanceRequest request = BalanceJson.readRequest(call.json());
    operations.answer(
        call, "create balance", progress -> BalanceJson.write(balances.create(request)));
  }

  private void update(Call call) throws IOException {
    String name = call.part("name");
    BalanceUpdate update = BalanceJson.readUpdate(call.json());
    operations.answer(
        call, "update balance", progress -> BalanceJson.write(balances.update(name, update)));
  }

  private void delete(Call call) {
    String name = call.part("name");
    operations.answer(
        call,
        "delete balance",
        progress -> {
          balances.delete(name);
          return null;
        });
  }
}
