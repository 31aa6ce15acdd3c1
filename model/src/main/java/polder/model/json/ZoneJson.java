package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.model.ExitStatus;
import polder.model.Fault;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Snapshot;
import polder.model.Type;
import polder.model.Types;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/** A zone as one flat object: its payload and, beside it, what is known and seen of it. */
public final class ZoneJson {
  /** A zone. */
  public static final Type<Zone> ZONE = new ZoneType();

  private ZoneJson() {}

  /** Reads a zone strictly. */
  public static Zone read(@Nullable Object tree) {
    return Strict.read(ZONE, tree, "zone");
  }

  /** The names that the object of a zone can have. */
  public static String[] fields() {
    return Stream.concat(
            ZoneProperties.list().stream()
                .filter(property -> property.refusal().isEmpty())
                .map(Property::name),
            Zone.OUTPUT_ONLY.stream())
        .toArray(String[]::new);
  }

  /** The zone as a JSON tree. */
  public static Map<String, Object> write(Zone zone) {
    return zone.write();
  }

  /** What the flat object says beside the payload. */
  private record Seen(
      String type, String state, ZoneStatus status, String path, List<Snapshot> snapshots) {}

  private static final class ZoneType implements Type<Zone> {
    private static final ObjectType<Seen> SEEN = seen();

    @Override
    public @Nullable Zone read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof Map<?, ?>)) {
        faults.add(new Fault(path, "must be an object, not " + Json.kind(json)));
        return null;
      }
      Map<String, Object> payload = new LinkedHashMap<>(Json.asObject(json));
      Map<String, Object> beside = new LinkedHashMap<>();
      for (String name : Zone.OUTPUT_ONLY) {
        if (payload.containsKey(name)) {
          beside.put(name, payload.get(name));
          payload.remove(name);
        }
      }
      if (!payload.containsKey("uuid")) {
        faults.add(new Fault(path.isEmpty() ? "uuid" : path + ".uuid", "is missing"));
      }
      Seen seen = SEEN.read(beside, path, faults);
      try {
        ZoneSpec spec = ZoneSpec.read(payload);
        return seen == null || !payload.containsKey("uuid")
            ? null
            : new Zone(spec, seen.status(), seen.path(), seen.snapshots());
      } catch (PolderException e) {
        e.faults()
            .forEach(
                fault ->
                    faults.add(
                        path.isEmpty()
                            ? fault
                            : new Fault(path + "." + fault.path(), fault.message())));
        return null;
      }
    }

    @Override
    public Object write(Zone value) {
      return value.write();
    }

    @Override
    public Map<String, Object> schema() {
      Map<String, Object> properties = new LinkedHashMap<>();
      for (Property<?> property : ZoneProperties.list()) {
        if (property.refusal().isEmpty()) {
          properties.put(property.name(), property.type().schema());
        }
      }
      Map<String, Object> seen = SEEN.schema();
      properties.putAll(Json.asObject(seen.get("properties")));
      Map<String, Object> schema = new LinkedHashMap<>(seen);
      schema.put("properties", properties);
      return schema;
    }

    @Override
    public String word() {
      return "zone";
    }

    private static ObjectType<Seen> seen() {
      Property<String> type = Property.of("type", Types.LINE, "SmartOS's short name: OS, LX");
      Property<String> shown =
          Property.of("state", Types.LINE, "stopped, running, paused, failed …");
      Property<ZoneState> state =
          Property.of(
              "zone_state",
              Types.mapped(
                  Types.LINE,
                  ZoneState::of,
                  s -> s == ZoneState.INSTALLED ? "installed" : s.word()),
              "configured, installed, ready, running, shutting_down, failed");
      Property<Boolean> paused = Property.of("paused", Types.BOOLEAN, "whether it is frozen");
      Property<Integer> pid =
          Property.of(
              "pid",
              Types.mapped(Types.integer(1, Integer.MAX_VALUE), Long::intValue, Integer::longValue),
              "the host's number of its first process");
      Property<Instant> created =
          Property.of("create_timestamp", Strict.INSTANT, "when it was created");
      Property<Instant> modified =
          Property.of("last_modified", Strict.INSTANT, "when its spec changed last");
      Property<Instant> booted =
          Property.of("boot_timestamp", Strict.INSTANT, "when it was started last");
      Property<ExitStatus> exit =
          Property.of(
              "exit_status", ExecJson.EXIT, "how its main process ended last; 128 + n by signal n");
      Property<Instant> exited =
          Property.of("exit_timestamp", Strict.INSTANT, "when its main process ended last");
      Property<Boolean> oom =
          Property.of("oom_killed", Types.BOOLEAN, "whether it ran out of memory in its last run");
      Property<Long> restarts =
          Property.of(
              "init_restarts",
              Types.integer(0, Integer.MAX_VALUE),
              "restarts by its policy or from inside since it was started");
      Property<String> health =
          Property.of("health", Types.word("starting", "healthy", "unhealthy"), "its healthcheck");
      Property<String> failure = Property.of("failure", Strict.RAW, "what broke");
      Property<String> path = Property.of("zonepath", Strict.RAW, "its directory on the host");
      Property<List<Snapshot>> snapshots =
          Property.of(
                  "snapshots",
                  Types.list(SnapshotJson.SNAPSHOT),
                  "what it had on its disk at some moments, the oldest first")
              .otherwise(List.of());
      return new ObjectType<>(
          "zone",
          List.of(
              must(type, Seen::type),
              must(shown, Seen::state),
              must(state, s -> s.status().state()),
              must(paused, s -> s.status().paused()),
              may(pid, s -> s.status().pid()),
              must(created, s -> s.status().created()),
              must(modified, s -> s.status().modified()),
              may(booted, s -> s.status().booted()),
              may(exit, s -> s.status().exit()),
              may(exited, s -> s.status().exited()),
              must(oom, s -> s.status().oomKilled()),
              must(restarts, s -> (long) s.status().restarts()),
              may(health, s -> s.status().health()),
              may(failure, s -> s.status().failure()),
              must(path, Seen::path),
              or(snapshots, Seen::snapshots)),
          v ->
              new Seen(
                  v.get(type),
                  v.get(shown),
                  new ZoneStatus(
                      v.get(state),
                      v.get(paused),
                      v.find(pid),
                      v.get(created),
                      v.get(modified),
                      v.find(booted),
                      v.find(exit),
                      v.find(exited),
                      v.get(oom),
                      v.get(restarts).intValue(),
                      v.find(health),
                      v.find(failure)),
                  v.get(path),
                  v.get(snapshots)));
    }
  }
}
