package polder.api.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import polder.model.CloneRequest;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Json;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Type;
import polder.model.Types;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.Zones;
import polder.model.json.ExecJson;
import polder.model.json.LogJson;
import polder.model.json.PayloadSchema;
import polder.model.json.PlanJson;
import polder.model.json.SnapshotJson;
import polder.model.json.ZoneJson;

/** What can be asked of zones. */
final class ZoneRoutes {
  /** The word in {@code Upgrade} for a connection that carries frames. */
  static final String PROTOCOL = "polder-stream";

  static final Content ZONE = Content.json("Zone", ZoneJson.ZONE);
  private static final Type<List<String>> FIELDS = Types.list(Types.word(ZoneJson.fields()));
  private static final Type<Long> KEEP = Types.integer(0, DeletedZone.LONGEST);
  private static final Content PAYLOAD = Content.json("Payload", PayloadSchema.object());
  private static final Content STOP = Content.json("StopOptions", ExecJson.STOP);

  private final Zones zones;
  private final Operations operations;
  private final Streams streams;
  private final Workers workers;

  ZoneRoutes(Zones zones, Operations operations, Streams streams, Workers workers) {
    this.zones = zones;
    this.operations = operations;
    this.streams = streams;
    this.workers = workers;
  }

  List<Route> list() {
    List<Route> routes = new ArrayList<>();
    routes.add(
        Route.of("GET", "/v1/zones", "All zones, by alias, then uuid", this::all)
            .with(Parameter.query("fields", FIELDS, "these properties of each only"))
            .gives(ZONE.listed()));
    routes.add(
        Route.of("POST", "/v1/zones", "Makes a zone; it is not started", this::create)
            .takes(PAYLOAD)
            .gives(ZONE.status(201))
            .orLater());
    routes.add(
        Route.of(
                "POST",
                "/v1/zones/{zone}/clone",
                "Makes a zone of it, or of one of its snapshots; it is not started",
                this::copy)
            .takes(Content.json("CloneRequest", SnapshotJson.CLONE))
            .gives(ZONE.status(201))
            .orLater());
    routes.add(
        Route.of(
                "POST",
                "/v1/zones/plan",
                "The steps that creating it, and starting it, would take",
                this::plan)
            .takes(PAYLOAD)
            .gives(
                Content.field(
                    "steps", Map.of("type", "array", "items", Map.of("type", "string")))));
    routes.add(Route.of("GET", "/v1/zones/{zone}", "One zone", this::get).gives(ZONE));
    routes.add(
        Route.of(
                "PATCH",
                "/v1/zones/{zone}",
                "Changes a zone; where the plan refuses something, nothing is done",
                this::update)
            .with(Parameter.query("dry_run", Types.BOOLEAN, "only plan"))
            .takes(Content.json("Patch", Map.of("type", "object")))
            .gives(Content.json("UpdatePlan", PlanJson.UPDATE)));
    routes.add(
        Route.of("DELETE", "/v1/zones/{zone}", "Takes a zone away", this::delete)
            .with(
                Parameter.query("force", Types.BOOLEAN, "stop it first if it runs"),
                Parameter.query(
                    "keep",
                    KEEP,
                    "for how many seconds it can be undeleted; its keep_on_delete if absent"))
            .orLater());
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/start", "Starts it", this::start).gives(ZONE).orLater());
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/stop", "Stops it", this::stop)
            .takes(STOP)
            .gives(ZONE)
            .orLater());
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/reboot", "Stops it and starts it", this::reboot)
            .takes(STOP)
            .gives(ZONE)
            .orLater());
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/kill", "Sends its first process a signal", this::kill)
            .with(Parameter.must("signal", Types.LINE, "its name or number")));
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/pause", "Freezes its processes", this::pause)
            .gives(ZONE));
    routes.add(
        Route.of("POST", "/v1/zones/{zone}/resume", "Thaws its processes", this::resume)
            .gives(ZONE));
    routes.add(
        Route.of("GET", "/v1/zones/{zone}/wait", "Waits until it does not run", this::await)
            .gives(Content.field("exit_status", ExecJson.EXIT.schema()).lines()));
    routes.add(
        Route.of(
                "POST",
                "/v1/zones/{zone}/exec",
                "Runs one more process in it and upgrades to its streams",
                this::exec)
            .takes(Content.json("ExecSpec", ExecJson.EXEC))
            .gives(Content.NONE.status(101)));
    routes.add(
        Route.of(
                "POST",
                "/v1/zones/{zone}/attach",
                "Upgrades to the streams of its main process: its console",
                this::attach)
            .gives(Content.NONE.status(101)));
    routes.add(
        Route.of("GET", "/v1/zones/{zone}/logs", "What its main process wrote", this::logs)
            .with(
                Parameter.query("tail", Types.integer(-1, Long.MAX_VALUE), "the last so many"),
                Parameter.query("since", Types.LINE, "only those from then on, ISO 8601, UTC"),
                Parameter.query("follow", Types.BOOLEAN, "go on with what comes"))
            .gives(Content.json("LogLine", LogJson.LINE).lines()));
    routes.add(
        Route.of(
                "PUT",
                "/v1/zones/{zone}/files",
                "Unpacks a tar stream below a directory of its",
                this::copyIn)
            .with(Parameter.must("path", Types.PATH, "the directory"))
            .takes(Content.bytes(Content.TAR)));
    routes.add(
        Route.of(
                "GET",
                "/v1/zones/{zone}/files",
                "Packs a file or directory of its as a tar stream",
                this::copyOut)
            .with(Parameter.must("path", Types.PATH, "the file or directory"))
            .gives(Content.bytes(Content.TAR)));
    return routes;
  }

  private void all(Call call) {
    List<Map<String, Object>> all = zones.list().stream().map(ZoneJson::write).toList();
    call.find("fields", FIELDS).ifPresent(fields -> all.forEach(z -> z.keySet().retainAll(fields)));
    call.answer(all);
  }

  private void create(Call call) throws IOException {
    ZoneSpec spec = ZoneSpec.read(Json.asObject(call.json()));
    if (call.later()) {
      operations.answer(call, "create", progress -> ZoneJson.write(zones.create(spec)));
      return;
    }
    created(call, zones.create(spec));
  }

  private static void created(Call call, Zone zone) {
    call.answer(201, Map.of("Location", "/v1/zones/" + zone.uuid()), ZoneJson.write(zone));
  }

  private void copy(Call call) throws IOException {
    ZoneRef from = call.zone();
    CloneRequest request = SnapshotJson.readClone(call.json());
    if (call.later()) {
      operations.answer(call, "clone", progress -> ZoneJson.write(zones.clone(from, request)));
      return;
    }
    created(call, zones.clone(from, request));
  }

  private void plan(Call call) throws IOException {
    ZoneSpec spec = ZoneSpec.read(Json.asObject(call.json()));
    call.answer(Map.of("steps", zones.plan(spec)));
  }

  private void get(Call call) {
    call.answer(ZoneJson.write(zones.get(call.zone())));
  }

  private void update(Call call) throws IOException {
    Patch patch = new Patch(Json.asObject(call.json()));
    UpdatePlan plan = zones.update(call.zone(), patch, call.flag("dry_run"));
    call.answer(PlanJson.write(plan));
  }

  private void delete(Call call) {
    ZoneRef zone = call.zone();
    boolean force = call.flag("force");
    Optional<Long> keep = call.find("keep", KEEP);
    operations.answer(
        call,
        "delete",
        progress -> {
          if (keep.isPresent()) {
            zones.delete(zone, force, Duration.ofSeconds(keep.get()));
          } else {
            zones.delete(zone, force);
          }
          return null;
        });
  }

  private void start(Call call) {
    ZoneRef zone = call.zone();
    operations.answer(call, "start", progress -> ZoneJson.write(zones.start(zone)));
  }

  private void stop(Call call) throws IOException {
    ZoneRef zone = call.zone();
    StopOptions options = ExecJson.readStop(call.jsonOrEmpty());
    operations.answer(call, "stop", progress -> ZoneJson.write(zones.stop(zone, options)));
  }

  private void reboot(Call call) throws IOException {
    ZoneRef zone = call.zone();
    StopOptions options = ExecJson.readStop(call.jsonOrEmpty());
    operations.answer(call, "reboot", progress -> ZoneJson.write(zones.reboot(zone, options)));
  }

  private void kill(Call call) {
    zones.kill(call.zone(), call.text("signal"));
    call.done();
  }

  private void pause(Call call) {
    call.answer(ZoneJson.write(zones.pause(call.zone())));
  }

  private void resume(Call call) {
    call.answer(ZoneJson.write(zones.resume(call.zone())));
  }

  private void await(Call call) throws IOException {
    ZoneRef zone = ZoneRef.of(zones.get(call.zone()).uuid());
    LineStream.send(
        call, streams, workers.cursor(() -> zones.await(zone)), status -> exit(status.code()));
  }

  private static Map<String, Object> exit(int code) {
    return Map.of("exit_status", (long) code);
  }

  private void exec(Call call) throws IOException {
    upgradeAsked(call);
    ExecSpec spec = ExecJson.readExec(call.json());
    stream(call, () -> zones.exec(call.zone(), spec));
  }

  private void attach(Call call) {
    upgradeAsked(call);
    stream(call, () -> zones.attach(call.zone()));
  }

  private static void upgradeAsked(Call call) {
    Optional<String> upgrade = call.exchange().header("Upgrade");
    if (upgrade.isEmpty() || !upgrade.get().equalsIgnoreCase(PROTOCOL)) {
      throw new Refusal(
          426,
          ErrorKind.INVALID,
          "this needs 'Upgrade: %s' and 'Connection: Upgrade'".formatted(PROTOCOL),
          Map.of("Upgrade", PROTOCOL, "Connection", "Upgrade"));
    }
  }

  private void stream(Call call, Supplier<Session> open) {
    SessionSlot slot = new SessionSlot();
    Streams.Stream stream = streams.open(slot::shutdown);
    try {
      upgrade(call, stream, slot, open.get());
    } catch (RuntimeException | Error e) {
      stream.close();
      throw e;
    }
  }

  private void upgrade(Call call, Streams.Stream stream, SessionSlot slot, Session session) {
    try {
      call.exchange()
          .hijack(
              PROTOCOL,
              connection -> {
                try (stream) {
                  SessionServer server = new SessionServer(session, connection, workers);
                  slot.serve(server);
                  server.run();
                }
              });
    } catch (RuntimeException | Error e) {
      session.close(); // nobody else knows of it
      throw e;
    }
  }

  private void logs(Call call) throws IOException {
    LogQuery wanted = LogJson.readQuery(call.query());
    LineStream.send(call, streams, zones.logs(call.zone(), wanted), LogJson::write);
  }

  private void copyIn(Call call) {
    zones.copyIn(call.zone(), call.text("path"), call.stream(Content.TAR));
    call.done();
  }

  private void copyOut(Call call) throws IOException {
    LateAnswer tar = new LateAnswer(call.exchange(), Content.TAR);
    zones.copyOut(call.zone(), call.text("path"), tar);
    tar.finish();
  }
}
