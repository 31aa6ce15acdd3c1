package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** Log lines, and which of them are wanted. */
public final class LogJson {
  /** A line that a zone's main process wrote. */
  public static final Type<LogLine> LINE = line();

  /** Which of a zone's log lines. */
  public static final Type<LogQuery> QUERY = query();

  private LogJson() {}

  /** Reads a log line strictly. */
  public static LogLine read(@Nullable Object tree) {
    return Strict.read(LINE, tree, "log line");
  }

  /** The log line as a JSON tree. */
  public static Map<String, Object> write(LogLine line) {
    return Json.asObject(LINE.write(line));
  }

  /** Reads which lines are wanted, strictly. */
  public static LogQuery readQuery(@Nullable Object tree) {
    return Strict.read(QUERY, tree, "log query");
  }

  /** Which lines are wanted, as a JSON tree. */
  public static Map<String, Object> write(LogQuery query) {
    return Json.asObject(QUERY.write(query));
  }

  private static Type<LogLine> line() {
    Property<Instant> time = Property.of("time", Strict.INSTANT, "when it was read, UTC");
    Property<String> stream =
        Property.of("stream", Types.word("stdout", "stderr"), "stdout or stderr");
    Property<String> text = Property.of("text", Strict.RAW, "without its newline");
    Property<Boolean> partial =
        Property.of("partial", Types.BOOLEAN, "whether it goes on in the next record")
            .otherwise(false);
    return new ObjectType<>(
        "log line",
        List.of(
            must(time, LogLine::time),
            must(stream, LogLine::stream),
            must(text, LogLine::text),
            or(partial, LogLine::partial)),
        v -> new LogLine(v.get(time), v.get(stream), v.get(text), v.get(partial)));
  }

  private static Type<LogQuery> query() {
    Property<Long> tail =
        Property.of("tail", Types.integer(-1, Long.MAX_VALUE), "only the last so many; -1 for all")
            .otherwise(-1L);
    Property<Instant> since = Property.of("since", Strict.INSTANT, "only those from then on");
    Property<Boolean> follow =
        Property.of("follow", Types.BOOLEAN, "go on with what comes").otherwise(false);
    return new ObjectType<>(
        "log query",
        List.of(
            or(tail, LogQuery::tail), may(since, LogQuery::since), or(follow, LogQuery::follow)),
        v -> new LogQuery(v.get(tail), v.find(since), v.get(follow)));
  }
}
