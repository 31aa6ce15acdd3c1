package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.AdoptRequest;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Pools;
import polder.model.Types;
import polder.model.json.AdoptionJson;
import polder.model.json.PoolJson;

/** What can be asked of pools. */
final class PoolRoutes {
  private static final Content POOL = Content.json("Pool", PoolJson.POOL);
  private static final Content SCRUB = Content.json("PoolScrub", PoolJson.SCRUB);
  private static final Content TRIM = Content.json("PoolTrim", PoolJson.TRIM);

  private final Pools pools;
  private final Operations operations;

  PoolRoutes(Pools pools, Operations operations) {
    this.pools = pools;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/pools", "All pools, by name", this::all).gives(POOL.listed()),
        Route.of("POST", "/v1/pools", "Makes a pool of btrfs", this::create)
            .takes(Content.json("PoolRequest", PoolJson.REQUEST))
            .gives(POOL)
            .orLater(),
        Route.of("POST", "/v1/pool-imports", "Takes in a pool that was made before", this::take)
            .takes(Content.field("source", Types.PATH.schema()))
            .gives(POOL)
            .orLater(),
        Route.of("GET", "/v1/pools/{name}", "One pool", this::get).gives(POOL),
        Route.of("PATCH", "/v1/pools/{name}", "Makes a pool larger", this::grow)
            .takes(Content.field("size", Types.integer(PoolRequest.LEAST, 1L << 60).schema()))
            .gives(POOL)
            .orLater(),
        Route.of(
                "POST",
                "/v1/pools/{name}/scrub",
                "Reads all that is in a pool and compares it with its checksums",
                this::scrub)
            .gives(SCRUB)
            .orLater(),
        Route.of(
                "POST",
                "/v1/pools/{name}/trim",
                "Tells the disk below a pool which blocks are free",
                this::trim)
            .gives(TRIM)
            .orLater(),
        Route.of(
                "POST",
                "/v1/pools/{name}/adopt",
                "Reads back the zones and volumes that another host had in a pool",
                this::adopt)
            .takes(Content.json("AdoptRequest", AdoptionJson.REQUEST))
            .gives(Content.json("Adoption", AdoptionJson.ADOPTION))
            .orLater(),
        Route.of("DELETE", "/v1/pools/{name}", "Takes a pool away", this::delete).orLater());
  }

  private void all(Call call) {
    call.answer(pools.list().stream().map(PoolJson::write).toList());
  }

  private void get(Call call) {
    call.answer(PoolJson.write(pools.get(call.part("name"))));
  }

  private void create(Call call) throws IOException {
    PoolRequest request = PoolJson.readRequest(call.json());
    operations.answer(call, "create pool", progress -> PoolJson.write(pools.create(request)));
  }

  private void take(Call call) throws IOException {
    if (!(one(call, "source") instanceof String source)) {
      throw wrong("{\"source\": \"/path\"}");
    }
    operations.answer(call, "import pool", progress -> PoolJson.write(pools.importFrom(source)));
  }

  private void grow(Call call) throws IOException {
    String name = call.part("name");
    if (!(one(call, "size") instanceof Long size)) {
      throw wrong("{\"size\": bytes}");
    }
    operations.answer(call, "grow pool", progress -> PoolJson.write(pools.grow(name, size)));
  }

  private static @Nullable Object one(Call call, String field) throws IOException {
    Map<String, Object> body = Json.asObject(call.json());
    return body.size() == 1 ? body.get(field) : null;
  }

  private static PolderException wrong(String right) {
    return new PolderException(
        ErrorKind.INVALID, "the body must be %s and nothing else".formatted(right));
  }

  private void scrub(Call call) {
    String name = call.part("name");
    operations.answer(call, "scrub pool", progress -> PoolJson.write(pools.scrub(name)));
  }

  private void adopt(Call call) throws IOException {
    String name = call.part("name");
    AdoptRequest request = AdoptionJson.readRequest(call.json());
    operations.answer(
        call, "adopt pool", progress -> AdoptionJson.write(pools.adopt(name, request, progress)));
  }

  private void trim(Call call) {
    String name = call.part("name");
    operations.answer(call, "trim pool", progress -> PoolJson.writeTrim(pools.trim(name)));
  }

  private void delete(Call call) {
    String name = call.part("name");
    operations.answer(
        call,
        "delete pool",
        progress -> {
          pools.delete(name);
          return null;
        });
  }
}
