package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.DataCompression;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Pool;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;
import polder.model.Volume;
import polder.model.VolumeRequest;

/** Volumes, and what volume is to be made. */
public final class VolumeJson {
  /** A volume. */
  public static final Type<Volume> VOLUME = volume();

  /** What volume is to be made. */
  public static final Type<VolumeRequest> REQUEST = request();

  private VolumeJson() {}

  /** Reads a volume strictly. */
  public static Volume read(@Nullable Object tree) {
    return Strict.read(VOLUME, tree, "volume");
  }

  /** The volume as a JSON tree. */
  public static Map<String, Object> write(Volume volume) {
    return Json.asObject(VOLUME.write(volume));
  }

  /** Reads strictly what volume is to be made. */
  public static VolumeRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "volume request");
  }

  /** What volume is to be made, as a JSON tree. */
  public static Map<String, Object> write(VolumeRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  private static Type<Volume> volume() {
    Property<String> name = Property.of("name", Types.LINE, "what it is called");
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its identity");
    Property<String> pool = Property.of("pool", Types.LINE, "the pool that it lies in");
    Property<Long> quota =
        Property.of("quota", Strict.COUNT, "bytes that it may have at most; 0 for any number");
    Property<String> compression =
        Property.of("compression", Types.LINE, "how what is written to it is made smaller");
    Property<Long> used =
        Property.of("used", Strict.COUNT, "bytes on disk that are its own, with its snapshots");
    Property<Instant> created = Property.of("created", Strict.INSTANT, "when it was made");
    Property<List<String>> zones =
        Property.of("zones", Types.list(Types.LINE), "the zones whose payload attaches it");
    Property<UUID> zone =
        Property.of("zone", Types.UUID_TYPE, "the zone that it is the own of, and goes with");
    Property<String> problem =
        Property.of("problem", Strict.RAW, "why it cannot be used now, and the mend");
    return new ObjectType<>(
        "volume",
        List.of(
            must(name, Volume::name),
            must(uuid, Volume::uuid),
            must(pool, Volume::pool),
            must(quota, Volume::quota),
            must(compression, Volume::compression),
            must(used, Volume::used),
            must(created, Volume::created),
            must(zones, Volume::zones),
            may(zone, Volume::zone),
            may(problem, Volume::problem)),
        v ->
            new Volume(
                v.get(name),
                v.get(uuid),
                v.get(pool),
                v.get(quota),
                v.get(compression),
                v.get(used),
                v.get(created),
                v.get(zones),
                v.find(zone),
                v.find(problem)));
  }

  private static Type<VolumeRequest> request() {
    Property<String> name = Property.of("name", Types.LINE, "what it is to be called");
    Property<String> pool =
        Property.of("pool", Types.LINE, "the pool that it is to lie in").otherwise(Pool.DEFAULT);
    Property<Long> quota =
        Property.of("quota", Strict.COUNT, "bytes that it may have at most; 0 for any number")
            .otherwise(0L);
    Property<String> compression =
        Property.of(
                "compression",
                Types.LINE,
                "how what is written to it is made smaller: on, lz4, gzip, zstd, off")
            .otherwise(DataCompression.OFF);
    return new ObjectType<>(
        "volume request",
        List.of(
            must(name, VolumeRequest::name),
            or(pool, VolumeRequest::pool),
            or(quota, VolumeRequest::quota),
            or(compression, VolumeRequest::compression)),
        v -> new VolumeRequest(v.get(name), v.get(pool), v.get(quota), v.get(compression)));
  }
}
