package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Brand;
import polder.model.DeletedZone;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneProperties;

/** Zones that were deleted and are kept for a while. */
public final class DeletedZoneJson {
  /** One of them. */
  public static final Type<DeletedZone> DELETED = deleted();

  private DeletedZoneJson() {}

  /** Reads one strictly. */
  public static DeletedZone read(@Nullable Object tree) {
    return Strict.read(DELETED, tree, "deleted zone");
  }

  /** One as a JSON tree. */
  public static Map<String, Object> write(DeletedZone zone) {
    return Json.asObject(DELETED.write(zone));
  }

  private static Type<DeletedZone> deleted() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its identity");
    Property<String> name = Property.of("name", Types.LINE, "what it was called");
    Property<Brand> brand = Property.of("brand", ZoneProperties.BRAND.type(), "how it ran");
    Property<String> pool = Property.of("pool", Types.LINE, "where its datasets lie");
    Property<Instant> deleted = Property.of("deleted", Strict.INSTANT, "when it was deleted");
    Property<Instant> until =
        Property.of("until", Strict.INSTANT, "when it is destroyed, if the pool's room lasts");
    Property<Long> used =
        Property.of("used", Strict.COUNT, "bytes on disk that are its own, with its snapshots");
    Property<String> problem =
        Property.of("problem", Strict.RAW, "why it cannot be undeleted or destroyed now");
    return new ObjectType<>(
        "deleted zone",
        List.of(
            must(uuid, DeletedZone::uuid),
            must(name, DeletedZone::name),
            must(brand, DeletedZone::brand),
            must(pool, DeletedZone::pool),
            must(deleted, DeletedZone::deleted),
            must(until, DeletedZone::until),
            must(used, DeletedZone::used),
            may(problem, DeletedZone::problem)),
        v ->
            new DeletedZone(
                v.get(uuid),
                v.get(name),
                v.get(brand),
                v.get(pool),
                v.get(deleted),
                v.get(until),
                v.get(used),
                v.find(problem)));
  }
}
