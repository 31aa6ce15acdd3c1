package polder.model.json;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Json;
import polder.model.ObjectType.Field;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What the readers of records have in common: all faults at once, and types that payloads lack. */
final class Strict {
  /** Text as it is: a terminal's output holds control characters. */
  static final Type<String> RAW = new RawType();

  /** A point in time, ISO 8601 in UTC. */
  static final Type<Instant> INSTANT = Types.mapped(Types.LINE, Strict::instant, Instant::toString);

  /** A whole number from 0. */
  static final Type<Long> COUNT = Types.integer(0, Long.MAX_VALUE);

  /** Any JSON value but null. */
  static final Type<Object> ANY = new AnyType();

  /** Any JSON object. */
  static final Type<Map<String, Object>> OBJECT =
      Types.mapped(ANY, Strict::object, object -> object);

  /** Names to texts. */
  static final Type<Map<String, String>> TEXTS = Types.map(Pattern.compile("(?s).{1,4096}"), RAW);

  /** Seconds, fractions allowed, a day at most. */
  static final Type<Duration> SECONDS = new SecondsType();

  private Strict() {}

  /**
   * What {@code tree} says, if nothing is wrong with it.
   *
   * @param what what it should be, such as "exec request"
   * @throws PolderException INVALID with all that is wrong
   */
  static <T> T read(Type<T> type, @Nullable Object tree, String what) {
    List<Fault> faults = new ArrayList<>();
    T value = type.read(tree, "", faults);
    if (value == null || !faults.isEmpty()) {
      throw new PolderException("the %s is refused".formatted(what), faults);
    }
    return value;
  }

  /** A field that must be there. */
  static <R, T> Field<R, T> must(Property<T> property, Function<R, T> from) {
    return new Field<>(property, true, from.andThen(Optional::of));
  }

  /** A field that may be missing. */
  static <R, T> Field<R, T> may(Property<T> property, Function<R, Optional<T>> from) {
    return new Field<>(property, false, from);
  }

  /** A field that is written always, and read as its default where it is missing. */
  static <R, T> Field<R, T> or(Property<T> property, Function<R, T> from) {
    return new Field<>(property, false, from.andThen(Optional::of));
  }

  private static Map<String, Object> object(Object tree) {
    Map<String, Object> object = Json.asObject(tree);
    if (object.containsValue(null)) {
      throw new PolderException(ErrorKind.INVALID, "must not hold null; leave the name out");
    }
    return object;
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new PolderException(
          ErrorKind.INVALID, "'%s' is no time such as 2026-01-31T12:00:00Z".formatted(text), e);
    }
  }

  private record RawType() implements Type<String> {
    @Override
    public @Nullable String read(@Nullable Object json, String path, List<Fault> faults) {
      if (json instanceof String text) {
        return text;
      }
      faults.add(new Fault(path, "must be a string, not " + Json.kind(json)));
      return null;
    }

    @Override
    public Object write(String value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "string");
    }

    @Override
    public String word() {
      return "string";
    }
  }

  private record AnyType() implements Type<Object> {
    @Override
    public @Nullable Object read(@Nullable Object json, String path, List<Fault> faults) {
      if (json == null) {
        faults.add(new Fault(path, "must not be null"));
      }
      return json;
    }

    @Override
    public Object write(Object value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      return new LinkedHashMap<>();
    }

    @Override
    public String word() {
      return "JSON";
    }
  }

  private record SecondsType() implements Type<Duration> {
    private static final double MOST = 86_400;

    @Override
    public @Nullable Duration read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof Number number)) {
        faults.add(new Fault(path, "must be a number of seconds, not " + Json.kind(json)));
        return null;
      }
      double seconds = number.doubleValue();
      if (!(seconds >= 0 && seconds <= MOST)) {
        faults.add(new Fault(path, "%s is out of range: 0 to 86400 seconds".formatted(number)));
        return null;
      }
      return Duration.ofMillis(Math.round(seconds * 1000));
    }

    @Override
    public Object write(Duration value) {
      long millis = value.toMillis();
      return millis % 1000 == 0 ? (Object) (millis / 1000) : (Object) (millis / 1000.0);
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "number", "minimum", 0L, "maximum", (long) MOST);
    }

    @Override
    public String word() {
      return "seconds";
    }
  }
}
