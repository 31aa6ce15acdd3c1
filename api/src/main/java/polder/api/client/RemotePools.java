package polder.api.client;

import java.util.List;
import java.util.Map;
import polder.model.AdoptRequest;
import polder.model.Adoption;
import polder.model.Json;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;
import polder.model.Pools;
import polder.model.Progress;
import polder.model.json.AdoptionJson;
import polder.model.json.PoolJson;

/** The pools of the host at the far end. */
final class RemotePools implements Pools {
  private final Caller caller;

  RemotePools(Caller caller) {
    this.caller = caller;
  }

  @Override
  public List<Pool> list() {
    return Json.asList(caller.call("GET", "/v1/pools", null)).stream().map(PoolJson::read).toList();
  }

  @Override
  public Pool get(String name) {
    return PoolJson.read(caller.call("GET", path(name), null));
  }

  @Override
  public Pool create(PoolRequest request) {
    return PoolJson.read(caller.call("POST", "/v1/pools", PoolJson.write(request)));
  }

  @Override
  public Pool importFrom(String source) {
    String checked = PoolRequest.checkPath(source);
    return PoolJson.read(caller.call("POST", "/v1/pool-imports", Map.of("source", checked)));
  }

  /** Asks to be told later, so that the progress can be seen. */
  @Override
  public Adoption adopt(String pool, AdoptRequest request, Progress progress) {
    Map<String, Object> operation =
        caller.start("POST", path(pool) + "/adopt", AdoptionJson.write(request));
    return AdoptionJson.read(Outcome.of(caller, operation, progress));
  }

  @Override
  public Pool grow(String name, long size) {
    return PoolJson.read(caller.call("PATCH", path(name), Map.of("size", size)));
  }

  @Override
  public PoolScrub scrub(String name) {
    return PoolJson.readScrub(caller.call("POST", path(name) + "/scrub", null));
  }

  @Override
  public long trim(String name) {
    return PoolJson.readTrim(caller.call("POST", path(name) + "/trim", null));
  }

  @Override
  public void delete(String name) {
    caller.call("DELETE", path(name), null);
  }

  private static String path(String name) {
    return "/v1/pools/" + Pool.checkName(name);
  }
}
