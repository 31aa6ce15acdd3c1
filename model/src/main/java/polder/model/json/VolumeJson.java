package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.DataCompression;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Pool;
import polder.model.Property;
import polder.model.SnapshotSchedule;
import polder.model.Type;
import polder.model.Types;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;

/** Volumes, and what volume is to be made. */
public final class VolumeJson {
  /** Which snapshots of it are taken by themselves. */
  public static final Type<SnapshotSchedule> SCHEDULE = ZoneProperties.SNAPSHOT_SCHEDULE.type();

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

  /** Reads strictly which snapshots are to be taken by themselves. */
  public static SnapshotSchedule readSchedule(@Nullable Object tree) {
    return Strict.read(SCHEDULE, tree, "snapshot schedule");
  }

  /** Which snapshots are taken by themselves, as a JSON tree. */
  public static Map<String, Object> write(SnapshotSchedule schedule) {
    return Json.asObject(SCHEDULE.write(schedule));
  }

  private static Property<SnapshotSchedule> schedule(String are) {
    return Property.of(
        "snapshot_schedule",
        SCHEDULE,
        "snapshots that %s taken by themselves: how many are kept of each period".formatted(are));
  }

  private static Optional<SnapshotSchedule> some(SnapshotSchedule schedule) {
    return Optional.of(schedule).filter(each -> !each.isEmpty());
  }

  private static Type<Volume> volume() {
    Property<String> name = Property.of("name", Types.LINE, "what it is called");
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its identity");
    Property<String> pool = Property.of("pool", Types.LINE, "the pool that it lies in");
    Property<Long> quota =
        Property.of("quota", Strict.COUNT, "bytes that it may have at most; 0 for any number");
    Property<String> compression =
        Property.of("compression", Types.LINE, "how what is written to it is made smaller");
    Property<SnapshotSchedule> schedule = schedule("are");
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
            may(schedule, volume -> some(volume.schedule())),
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
                v.find(schedule).orElse(SnapshotSchedule.NONE),
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
    Property<SnapshotSchedule> schedule = schedule("are to be");
    return new ObjectType<>(
        "volume request",
        List.of(
            must(name, VolumeRequest::name),
            or(pool, VolumeRequest::pool),
            or(quota, VolumeRequest::quota),
            or(compression, VolumeRequest::compression),
            may(schedule, request -> some(request.schedule()))),
        v ->
            new VolumeRequest(
                v.get(name),
                v.get(pool),
                v.get(quota),
                v.get(compression),
                v.find(schedule).orElse(SnapshotSchedule.NONE)));
  }
}
