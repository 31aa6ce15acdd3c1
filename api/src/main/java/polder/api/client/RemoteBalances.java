package polder.api.client;

import java.util.List;
import polder.model.Balance;
import polder.model.BalanceRequest;
import polder.model.BalanceUpdate;
import polder.model.Balances;
import polder.model.Json;
import polder.model.json.BalanceJson;

/** The balances of the host at the far end. */
final class RemoteBalances implements Balances {
  private final Caller caller;

  RemoteBalances(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<Balance> list() {
    return Json.asList(caller.call("GET", "/v1/balances", null)).stream()
        .map(BalanceJson::read)
        .toList();
  }

  @Override
  public Balance get(String name) {
    return BalanceJson.read(caller.call("GET", path(name), null));
  }

  @Override
  public Balance create(BalanceRequest request) {
    return BalanceJson.read(caller.call("POST", "/v1/balances", BalanceJson.write(request)));
  }

  @Override
  public Balance update(String name, BalanceUpdate update) {
    return BalanceJson.read(caller.call("PATCH", path(name), BalanceJson.write(update)));
  }

  @Override
  public void delete(String name) {
    caller.call("DELETE", path(name), null);
  }

  private static String path(String name) {
    return "/v1/balances/" + Balance.checkName(name);
  }
}
