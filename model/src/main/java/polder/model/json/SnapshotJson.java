package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.CloneRequest;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Patch;
import polder.model.Property;
import polder.model.Snapshot;
import polder.model.SnapshotRequest;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneRef;

/** Snapshots, which are to be taken, and what zone is to be made of one. */
public final class SnapshotJson {
  /** A snapshot, in SmartOS's words. */
  public static final Type<Snapshot> SNAPSHOT = snapshot();

  /** Which snapshots are to be taken. */
  public static final Type<SnapshotRequest> REQUEST = request();

  /** What zone is to be made of another. */
  public static final Type<CloneRequest> CLONE = cloning();

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

  /** Reads strictly what zone is to be made of another. */
  public static CloneRequest readClone(@Nullable Object tree) {
    return Strict.read(CLONE, tree, "clone request");
  }

  /** What zone is to be made of another, as a JSON tree. */
  public static Map<String, Object> write(CloneRequest request) {
    return Json.asObject(CLONE.write(request));
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

  private static Type<CloneRequest> cloning() {
    Property<String> snapshot =
        Property.of("snapshot", Types.LINE, "which of its snapshots; what it has now if absent");
    Property<Patch> changes =
        Property.of(
                "changes",
                Types.mapped(Strict.ANY, tree -> new Patch(Json.asObject(tree)), Patch::changes),
                "where the payload differs from the original's, as in an update")
            .otherwise(new Patch(Map.of()));
    return new ObjectType<>(
        "clone request",
        List.of(may(snapshot, CloneRequest::snapshot), or(changes, CloneRequest::changes)),
        v -> new CloneRequest(v.find(snapshot), v.get(changes)));
  }
}
