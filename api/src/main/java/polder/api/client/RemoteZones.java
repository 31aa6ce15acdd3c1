package polder.api.client;

import static polder.api.client.Caller.encode;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.CloneRequest;
import polder.model.Cursor;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Json;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.Zones;
import polder.model.json.ExecJson;
import polder.model.json.LogJson;
import polder.model.json.PlanJson;
import polder.model.json.SnapshotJson;
import polder.model.json.ZoneJson;

/** The zones of the host at the far end. */
final class RemoteZones implements Zones {
  private static final Map<String, String> UPGRADE =
      Map.of("Connection", "Upgrade", "Upgrade", "polder-stream");

  private final Caller caller;

  RemoteZones(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Zone create(ZoneSpec spec) {
    return ZoneJson.read(caller.call("POST", "/v1/zones", spec.write()));
  }

  @Override
  public Zone clone(ZoneRef zone, CloneRequest request) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/clone", SnapshotJson.write(request)));
  }

  @Override
  public List<String> plan(ZoneSpec spec) {
    Map<String, Object> answer = Json.asObject(caller.call("POST", "/v1/zones/plan", spec.write()));
    return Json.asList(answer.get("steps")).stream().map(String::valueOf).toList();
  }

  @Override
  public List<Zone> list() {
    return Json.asList(caller.call("GET", "/v1/zones", null)).stream().map(ZoneJson::read).toList();
  }

  @Override
  public Zone get(ZoneRef zone) {
    return ZoneJson.read(caller.call("GET", path(zone), null));
  }

  @Override
  public UpdatePlan update(ZoneRef zone, Patch patch, boolean dryRun) {
    return PlanJson.read(
        caller.call("PATCH", path(zone) + (dryRun ? "?dry_run=true" : ""), patch.changes()));
  }

  @Override
  public Zone start(ZoneRef zone) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/start", null));
  }

  @Override
  public Zone stop(ZoneRef zone, StopOptions options) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/stop", ExecJson.write(options)));
  }

  @Override
  public Zone reboot(ZoneRef zone, StopOptions options) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/reboot", ExecJson.write(options)));
  }

  @Override
  public void delete(ZoneRef zone, boolean force) {
    caller.call("DELETE", path(zone) + (force ? "?force=true" : ""), null);
  }

  @Override
  public void delete(ZoneRef zone, boolean force, Duration keep) {
    long seconds = DeletedZone.checkPeriod(keep).plusNanos(999_999_999).toSeconds();
    caller.call("DELETE", path(zone) + "?force=" + force + "&keep=" + seconds, null);
  }

  @Override
  public void kill(ZoneRef zone, String signal) {
    caller.call("POST", path(zone) + "/kill?signal=" + encode(signal), null);
  }

  @Override
  public Zone pause(ZoneRef zone) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/pause", null));
  }

  @Override
  public Zone resume(ZoneRef zone) {
    return ZoneJson.read(caller.call("POST", path(zone) + "/resume", null));
  }

  @Override
  public ExitStatus await(ZoneRef zone) {
    Caller.Open open = caller.open("GET", path(zone) + "/wait", Map.of(), null);
    try (Cursor<ExitStatus> cursor =
        new LineCursor<>(open, tree -> ExecJson.readExit(tree.get("exit_status")))) {
      while (!cursor.ended()) {
        Optional<ExitStatus> status = cursor.next(Duration.ofMinutes(1));
        if (status.isPresent()) {
          return status.get();
        }
      }
    }
    throw new PolderException(
        ErrorKind.UNREACHABLE, "the daemon went away while zone '%s' ran".formatted(zone.text()));
  }

  @Override
  public Session exec(ZoneRef zone, ExecSpec spec) {
    return session(zone, "/exec", ExecJson.write(spec));
  }

  @Override
  public Session attach(ZoneRef zone) {
    return session(zone, "/attach", null);
  }

  private Session session(ZoneRef zone, String what, @Nullable Object body) {
    Caller.Open open = caller.open("POST", path(zone) + what, UPGRADE, body);
    if (open.reply().status() != 101) {
      open.connection().close();
      throw new PolderException(
          ErrorKind.HOST,
          "the daemon did not open a stream, but answered " + open.reply().status());
    }
    return new RemoteSession(open.connection());
  }

  @Override
  public Cursor<LogLine> logs(ZoneRef zone, LogQuery query) {
    StringBuilder target = new StringBuilder(path(zone)).append("/logs?tail=").append(query.tail());
    query.since().ifPresent(since -> target.append("&since=").append(encode(since.toString())));
    if (query.follow()) {
      target.append("&follow=true");
    }
    return new LineCursor<>(caller.open("GET", target.toString(), Map.of(), null), LogJson::read);
  }

  @Override
  public void copyIn(ZoneRef zone, String directory, InputStream tar) {
    caller.upload("PUT", path(zone) + "/files?path=" + encode(directory), Map.of(), tar);
  }

  @Override
  public void copyOut(ZoneRef zone, String path, OutputStream tar) {
    new Download(caller, path(zone) + "/files?path=" + encode(path), path).to(tar, Progress.NONE);
  }

  private static String path(ZoneRef zone) {
    return "/v1/zones/" + encode(zone.text());
  }
}
