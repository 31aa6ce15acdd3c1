package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.Event;
import polder.model.Finding;
import polder.model.HostInfo;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What a host says of itself: facts, findings, events. */
public final class HostJson {
  /** What a host says of itself. */
  public static final Type<HostInfo> INFO = info();

  /** One thing that was looked at. */
  public static final Type<Finding> FINDING = finding();

  /** Something that happened. */
  public static final Type<Event> EVENT = event();

  private HostJson() {}

  /** Reads what a host says of itself, strictly. */
  public static HostInfo readInfo(@Nullable Object tree) {
    return Strict.read(INFO, tree, "host's description");
  }

  /** What a host says of itself, as a JSON tree. */
  public static Map<String, Object> write(HostInfo info) {
    return Json.asObject(INFO.write(info));
  }

  /** Reads a finding strictly. */
  public static Finding readFinding(@Nullable Object tree) {
    return Strict.read(FINDING, tree, "finding");
  }

  /** The finding as a JSON tree. */
  public static Map<String, Object> write(Finding finding) {
    return Json.asObject(FINDING.write(finding));
  }

  /** Reads an event strictly. */
  public static Event readEvent(@Nullable Object tree) {
    return Strict.read(EVENT, tree, "event");
  }

  /** The event as a JSON tree. */
  public static Map<String, Object> write(Event event) {
    return Json.asObject(EVENT.write(event));
  }

  private static Type<HostInfo> info() {
    Property<String> version = Property.of("version", Types.LINE, "Polder's version");
    Property<String> java = Property.of("java", Types.LINE, "the JVM's version");
    Property<String> kernel = Property.of("kernel", Types.LINE, "the kernel's release");
    Property<String> arch = Property.of("arch", Types.LINE, "the machine's architecture");
    Property<Long> pid = Property.of("daemon_pid", Strict.COUNT, "the process that answers");
    Property<Map<String, String>> paths =
        Property.of("paths", Strict.TEXTS, "config, state, run, log, socket");
    Property<Map<String, Long>> counts =
        Property.of(
            "counts",
            Types.map(Pattern.compile("[a-z_]{1,64}"), Strict.COUNT),
            "zones, running, images");
    return new ObjectType<>(
        "host",
        List.of(
            must(version, HostInfo::version),
            must(java, HostInfo::java),
            must(kernel, HostInfo::kernel),
            must(arch, HostInfo::arch),
            must(pid, HostInfo::daemonPid),
            must(paths, HostInfo::paths),
            must(counts, HostInfo::counts)),
        v ->
            new HostInfo(
                v.get(version),
                v.get(java),
                v.get(kernel),
                v.get(arch),
                v.get(pid),
                v.get(paths),
                v.get(counts)));
  }

  private static Type<Finding> finding() {
    Property<String> name = Property.of("name", Strict.RAW, "what was looked at");
    Property<Finding.Level> level =
        Property.of(
            "level",
            Types.mapped(
                Types.word("ok", "warning", "missing"),
                word -> Finding.Level.valueOf(word.toUpperCase(Locale.ROOT)),
                l -> l.name().toLowerCase(Locale.ROOT)),
            "how it stands");
    Property<String> value = Property.of("value", Strict.RAW, "what was found");
    Property<String> mend = Property.of("mend", Strict.RAW, "what to do about it").otherwise("");
    return new ObjectType<>(
        "finding",
        List.of(
            must(name, Finding::name),
            must(level, Finding::level),
            must(value, Finding::value),
            or(mend, Finding::mend)),
        v -> new Finding(v.get(name), v.get(level), v.get(value), v.get(mend)));
  }

  private static Type<Event> event() {
    Property<Long> cursor =
        Property.of("cursor", Strict.COUNT, "its number; ask for what came after it");
    Property<Instant> time = Property.of("time", Strict.INSTANT, "when, UTC");
    Property<String> kind =
        Property.of("kind", Types.LINE, "what, as noun.verb, such as zone.start");
    Property<UUID> zone = Property.of("zone", Types.UUID_TYPE, "the zone it happened to");
    Property<String> name = Property.of("name", Strict.RAW, "what the zone or image is called");
    Property<Map<String, Object>> details =
        Property.of("details", Strict.OBJECT, "more, by kind").otherwise(Map.of());
    return new ObjectType<>(
        "event",
        List.of(
            must(cursor, Event::cursor),
            must(time, Event::time),
            must(kind, Event::kind),
            may(zone, Event::zone),
            must(name, Event::name),
            or(details, Event::details)),
        v ->
            new Event(
                v.get(cursor),
                v.get(time),
                v.get(kind),
                v.find(zone),
                v.get(name),
                v.get(details)));
  }
}
