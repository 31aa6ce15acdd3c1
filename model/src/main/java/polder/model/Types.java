package polder.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The types that properties are made of. */
public final class Types {
  /**
   * What a string may hold: anything but control characters other than newline and tab, and never
   * NUL.
   */
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]");

  /** Any text without control characters, 64 KiB at most. */
  public static final Type<String> TEXT = text(Pattern.compile("(?s).*"), "text", 65536);

  /** One line of text, 4,096 characters at most. */
  public static final Type<String> LINE =
      text(Pattern.compile("[^\\n\\r]*"), "one line of text", 4096);

  /** An absolute path without {@code ..}, 4,095 bytes at most. */
  public static final Type<String> PATH =
      text(
          Pattern.compile("(?![^\\n\\r]*/\\.\\.(?:/|$))/[^\\n\\r]*"),
          "an absolute path without '..'",
          4095);

  public static final Type<Boolean> BOOLEAN = new BooleanType();

  public static final Type<UUID> UUID_TYPE = new UuidType();

  /** Keys to strings, numbers or booleans; SmartOS's flat-object. */
  public static final Type<Map<String, Object>> FLAT = new FlatType();

  private Types() {}

  /** Text that fits {@code pattern} whole; {@code allowed} says in words what does. */
  public static Type<String> text(Pattern pattern, String allowed, int most) {
    return new TextType(pattern, allowed, most);
  }

  /** One of {@code words}. */
  public static Type<String> word(String... words) {
    List<String> all = List.of(words);
    return new TextType(
        Pattern.compile(String.join("|", all.stream().map(Pattern::quote).toList())),
        "one of " + String.join(", ", all),
        64) {
      @Override
      public Map<String, Object> schema() {
        return Map.of("type", "string", "enum", all);
      }
    };
  }

  /** A whole number, bounds included. */
  public static Type<Long> integer(long least, long most) {
    return new IntegerType(least, most);
  }

  /** A list, 1,024 items at most. */
  public static <T> Type<List<T>> list(Type<T> item) {
    return new ListType<>(item);
  }

  /** A map from names to {@code value}s, 1,024 at most. */
  public static <T> Type<Map<String, T>> map(Pattern name, Type<T> value) {
    return new MapType<>(name, value);
  }

  /**
   * What {@code base} reads, turned into a type of its own.
   *
   * @param make may throw {@link PolderException}, whose sentence becomes the fault
   */
  public static <B, T> Type<T> mapped(Type<B> base, Function<B, T> make, Function<T, B> back) {
    return new MappedType<>(base, make, back);
  }

  private static class TextType implements Type<String> {
    private final Pattern pattern;
    private final String allowed;
    private final int most;

    TextType(Pattern pattern, String allowed, int most) {
      this.pattern = pattern;
      this.allowed = allowed;
      this.most = most;
    }

    @Override
    public @Nullable String read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof String text)) {
        faults.add(new Fault(path, "must be a string (" + allowed + "), not " + Json.kind(json)));
        return null;
      }
      if (text.length() > most) {
        faults.add(new Fault(path, "is longer than %,d characters".formatted(most)));
        return null;
      }
      if (CONTROL.matcher(text).find()) {
        faults.add(new Fault(path, "holds a control character"));
        return null;
      }
      if (!pattern.matcher(text).matches()) {
        faults.add(
            new Fault(path, "'%s' is not allowed; it takes %s".formatted(shorten(text), allowed)));
        return null;
      }
      return text;
    }

    @Override
    public Object write(String value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "string");
      schema.put("maxLength", (long) most);
      schema.put("description", allowed);
      return schema;
    }

    @Override
    public String word() {
      return allowed;
    }
  }

  private record BooleanType() implements Type<Boolean> {
    @Override
    public @Nullable Boolean read(@Nullable Object json, String path, List<Fault> faults) {
      if (json instanceof Boolean value) {
        return value;
      }
      faults.add(new Fault(path, "must be true or false, not " + Json.kind(json)));
      return null;
    }

    @Override
    public Object write(Boolean value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "boolean");
    }

    @Override
    public String word() {
      return "boolean";
    }

    @Override
    public Object fromText(String text) {
      return switch (text) {
        case "true", "1", "yes", "on" -> true;
        case "false", "0", "no", "off" -> false;
        default -> text;
      };
    }
  }

  private record IntegerType(long least, long most) implements Type<Long> {
    @Override
    public @Nullable Long read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof Long value)) {
        faults.add(new Fault(path, "must be an " + word() + ", not " + Json.kind(json)));
        return null;
      }
      if (value < least || value > most) {
        faults.add(new Fault(path, "%d is out of range: %d to %d".formatted(value, least, most)));
        return null;
      }
      return value;
    }

    @Override
    public Object write(Long value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "integer", "minimum", least, "maximum", most);
    }

    @Override
    public String word() {
      return "integer %d..%d".formatted(least, most);
    }

    @Override
    public Object fromText(String text) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        return text;
      }
    }
  }

  private record UuidType() implements Type<UUID> {
    private static final Pattern VALID =
        Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    @Override
    public @Nullable UUID read(@Nullable Object json, String path, List<Fault> faults) {
      if (json instanceof String text && VALID.matcher(text).matches()) {
        return UUID.fromString(text);
      }
      faults.add(new Fault(path, "must be a uuid in lower case, 8-4-4-4-12 hex digits"));
      return null;
    }

    @Override
    public Object write(UUID value) {
      return value.toString();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "string", "format", "uuid");
    }

    @Override
    public String word() {
      return "uuid";
    }
  }

  private record ListType<T>(Type<T> item) implements Type<List<T>> {
    @Override
    public @Nullable List<T> read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof List<?> items)) {
        faults.add(new Fault(path, "must be a list, not " + Json.kind(json)));
        return null;
      }
      if (items.size() > 1024) {
        faults.add(new Fault(path, "has more than 1,024 items"));
        return null;
      }
      List<T> result = new ArrayList<>();
      int before = faults.size();
      for (int i = 0; i < items.size(); i++) {
        T value = item.read(items.get(i), path + "[" + i + "]", faults);
        if (value != null) {
          result.add(value);
        }
      }
      return faults.size() == before ? List.copyOf(result) : null;
    }

    @Override
    public Object write(List<T> value) {
      return value.stream().map(item::write).toList();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "array", "items", item.schema(), "maxItems", 1024L);
    }

    @Override
    public String word() {
      return "list of " + item.word();
    }

    @Override
    public Object fromText(String text) {
      Object json = jsonOrNull(text, '[');
      if (json != null) {
        return json;
      }
      List<Object> items = new ArrayList<>();
      for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        items.add(item.fromText(part));
      }
      return items;
    }
  }

  private record MapType<T>(Pattern name, Type<T> value) implements Type<Map<String, T>> {
    @Override
    public @Nullable Map<String, T> read(@Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof Map<?, ?> entries)) {
        faults.add(new Fault(path, "must be an object, not " + Json.kind(json)));
        return null;
      }
      if (entries.size() > 1024) {
        faults.add(new Fault(path, "has more than 1,024 entries"));
        return null;
      }
      Map<String, T> result = new LinkedHashMap<>();
      int before = faults.size();
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        String key = String.valueOf(entry.getKey());
        if (CONTROL.matcher(key).find() || !name.matcher(key).matches()) {
          faults.add(new Fault(path, "'%s' is not allowed as a name".formatted(shorten(key))));
          continue;
        }
        T read = value.read(entry.getValue(), path + "." + key, faults);
        if (read != null) {
          result.put(key, read);
        }
      }
      return faults.size() == before ? Collections.unmodifiableMap(result) : null;
    }

    @Override
    public Object write(Map<String, T> map) {
      Map<String, Object> tree = new LinkedHashMap<>();
      map.forEach((key, item) -> tree.put(key, value.write(item)));
      return tree;
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of(
          "type", "object", "additionalProperties", value.schema(), "maxProperties", 1024L);
    }

    @Override
    public String word() {
      return "names to " + value.word();
    }

    @Override
    public Object fromText(String text) {
      Object json = jsonOrNull(text, '{');
      return json == null ? text : json;
    }
  }

  private record FlatType() implements Type<Map<String, Object>> {
    @Override
    public @Nullable Map<String, Object> read(
        @Nullable Object json, String path, List<Fault> faults) {
      if (!(json instanceof Map<?, ?> entries)) {
        faults.add(new Fault(path, "must be an object, not " + Json.kind(json)));
        return null;
      }
      if (entries.size() > 1024) {
        faults.add(new Fault(path, "has more than 1,024 entries"));
        return null;
      }
      Map<String, Object> result = new LinkedHashMap<>();
      int before = faults.size();
      entries.forEach(
          (key, item) -> {
            String name = String.valueOf(key);
            if (name.isEmpty() || name.length() > 255 || CONTROL.matcher(name).find()) {
              faults.add(new Fault(path, "has a name that is empty, too long or not printable"));
            } else if (item instanceof String text
                ? text.length() <= 65536 && text.indexOf('\0') < 0
                : item instanceof Boolean || item instanceof Long || item instanceof Double) {
              result.put(name, item);
            } else {
              faults.add(
                  new Fault(
                      path + "." + shorten(name),
                      "must be a string (64 KiB at most, no NUL), number or boolean"));
            }
          });
      return faults.size() == before ? Collections.unmodifiableMap(result) : null;
    }

    @Override
    public Object write(Map<String, Object> value) {
      return value;
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of(
          "type",
          "object",
          "additionalProperties",
          Map.of("type", List.of("string", "number", "boolean")));
    }

    @Override
    public String word() {
      return "names to string, number or boolean";
    }

    @Override
    public Object fromText(String text) {
      Object json = jsonOrNull(text, '{');
      return json == null ? text : json;
    }
  }

  private record MappedType<B, T>(Type<B> base, Function<B, T> make, Function<T, B> back)
      implements Type<T> {
    @Override
    public @Nullable T read(@Nullable Object json, String path, List<Fault> faults) {
      B value = base.read(json, path, faults);
      if (value == null) {
        return null;
      }
      try {
        return make.apply(value);
      } catch (PolderException e) {
        faults.add(new Fault(path, String.valueOf(e.getMessage())));
        return null;
      }
    }

    @Override
    public Object write(T value) {
      return base.write(back.apply(value));
    }

    @Override
    public Map<String, Object> schema() {
      return base.schema();
    }

    @Override
    public String word() {
      return base.word();
    }

    @Override
    public Object fromText(String text) {
      return base.fromText(text);
    }
  }

  private static @Nullable Object jsonOrNull(String text, char first) {
    return !text.isEmpty() && text.charAt(0) == first ? Json.read(text) : null;
  }

  static String shorten(String text) {
    String plain = CONTROL.matcher(text).replaceAll("?");
    return plain.length() <= 60 ? plain : plain.substring(0, 57) + "...";
  }
}
