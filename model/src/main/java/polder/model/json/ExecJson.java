package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.StopOptions;
import polder.model.Type;
import polder.model.Types;

/** What is asked of processes, and how they end. */
public final class ExecJson {
  /** One more process in a running zone. */
  public static final Type<ExecSpec> EXEC = exec();

  /** How a process ended: its exit code. */
  public static final Type<ExitStatus> EXIT =
      Types.mapped(
          Types.integer(0, 255), code -> new ExitStatus(code.intValue()), e -> (long) e.code());

  /** How to stop. */
  public static final Type<StopOptions> STOP = stop();

  private ExecJson() {}

  /** Reads what to run, strictly. */
  public static ExecSpec readExec(@Nullable Object tree) {
    return Strict.read(EXEC, tree, "exec request");
  }

  /** What to run, as a JSON tree. */
  public static Map<String, Object> write(ExecSpec spec) {
    return Json.asObject(EXEC.write(spec));
  }

  /** Reads how to stop, strictly. */
  public static StopOptions readStop(@Nullable Object tree) {
    return Strict.read(STOP, tree, "stop request");
  }

  /** How to stop, as a JSON tree. */
  public static Map<String, Object> write(StopOptions options) {
    return Json.asObject(STOP.write(options));
  }

  /** Reads an exit code, strictly. */
  public static ExitStatus readExit(@Nullable Object tree) {
    return Strict.read(EXIT, tree, "exit status");
  }

  /** The exit code. */
  public static Object write(ExitStatus status) {
    return EXIT.write(status);
  }

  private static Type<ExecSpec> exec() {
    Property<List<String>> command =
        Property.of("command", Types.list(Strict.RAW), "program and arguments");
    Property<String> user = Property.of("user", Types.LINE, "user[:group]; the zone's if absent");
    Property<String> workdir =
        Property.of("workdir", Types.PATH, "working directory; the zone's if absent");
    Property<Map<String, String>> env =
        Property.of("env", Strict.TEXTS, "environment beside the zone's").otherwise(Map.of());
    Property<Boolean> tty =
        Property.of("tty", Types.BOOLEAN, "whether it gets a terminal").otherwise(false);
    Property<Boolean> stdin =
        Property.of("stdin", Types.BOOLEAN, "whether its input can be written to").otherwise(false);
    Property<Long> rows =
        Property.of("rows", Types.integer(0, 65_535), "height of the terminal").otherwise(0L);
    Property<Long> columns =
        Property.of("columns", Types.integer(0, 65_535), "width of the terminal").otherwise(0L);
    return new ObjectType<>(
        "exec request",
        List.of(
            must(command, ExecSpec::command),
            may(user, ExecSpec::user),
            may(workdir, ExecSpec::workdir),
            or(env, ExecSpec::env),
            or(tty, ExecSpec::tty),
            or(stdin, ExecSpec::stdin),
            or(rows, e -> (long) e.rows()),
            or(columns, e -> (long) e.columns())),
        v ->
            new ExecSpec(
                v.get(command),
                v.find(user),
                v.find(workdir),
                v.get(env),
                v.get(tty),
                v.get(stdin),
                v.get(rows).intValue(),
                v.get(columns).intValue()));
  }

  private static Type<StopOptions> stop() {
    Property<Duration> grace =
        Property.of(
            "grace", Strict.SECONDS, "seconds before SIGKILL; the zone's stop_timeout if absent");
    Property<Boolean> force = Property.of("force", Types.BOOLEAN, "kill at once").otherwise(false);
    return new ObjectType<>(
        "stop request",
        List.of(may(grace, StopOptions::grace), or(force, StopOptions::force)),
        v -> new StopOptions(v.find(grace), v.get(force)));
  }
}
