package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Snapshot;
import polder.model.SnapshotRequest;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneRef;

/** Snapshots, and which are to be taken. */
public final class SnapshotJson {
  /** A snapshot, in SmartOS's words. */
  public static final Type<Snapshot> SNAPSHOT = snapshot();

  /** Which snapshots are to be taken. */
  public static final Type<SnapshotRequest> REQUEST = request();

  private SnapshotJson() {}

  /** Reads a snapshot strictly. */
  public static Snapshot read(@Nullable Object tree) {
    return Strict.read(SNAPSHOT, tree, "snapshot");
  }

  /** The snapshot as a JSON tree. */
  public static Map<String, Object> write(Snapshot snapshot) {
    return Json.asObject(SNAPSHOT.write(snapshot));
  }

  /** Reads strictly which snapshots are to be taken. */
  public static SnapshotRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "snapshot request");
  }

  /** Which snapshots are to be taken, as a JSON tree. */
  public static Map<String, Object> write(SnapshotRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  private static Type<Snapshot> snapshot() {
    Property<String> name =
        Property.of("name", Types.mapped(Types.LINE, Snapshot::checkName, n -> n), "its name");
    Property<Instant> created =
        Property.of("created_at", Strict.INSTANT, "the moment that it was taken");
    Property<Long> size =
        Property.of("size", Strict.COUNT, "bytes on disk that are its own, where that is known");
    return new ObjectType<>(
        "snapshot",
        List.of(
            must(name, Snapshot::name),
            must(created, Snapshot::created),
            may(size, Snapshot::size)),
        v -> new Snapshot(v.get(name), v.get(created), v.find(size)));
  }

  private static Type<SnapshotRequest> request() {
    Property<List<ZoneRef>> zones =
        Property.of(
            "zones",
            Types.list(Types.mapped(Types.LINE, ZoneRef::new, ZoneRef::text)),
            "one or more; those that run stand still together");
    Property<String> name =
        Property.of("name", Types.LINE, "what they are to be called; the time if absent");
    return new ObjectType<>(
        "snapshot request",
        List.of(must(zones, SnapshotRequest::zones), may(name, SnapshotRequest::name)),
        v -> new SnapshotRequest(v.get(zones), v.find(name)));
  }
}
