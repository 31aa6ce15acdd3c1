package polder.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A record as a JSON object with a fixed set of fields.
 *
 * @param <R> the record
 */
public final class ObjectType<R> implements Type<R> {
  /** A field: its property, whether it must be there, and where the record keeps it. */
  public record Field<R, T>(
      Property<T> property, boolean required, Function<R, Optional<T>> from) {}

  /** The fields that were read; asked for by their property. */
  public static final class Values {
    private final Map<Property<?>, Object> values = new LinkedHashMap<>();

    private Values() {}

    /** What was read, or the property's default; for fields that are required or have one. */
    @SuppressWarnings("unchecked") // put by the property's own type
    public <T> T get(Property<T> property) {
      Object value = values.get(property);
      return value == null ? property.standard().orElseThrow() : (T) value;
    }

    /** What was read, if it was there. */
    @SuppressWarnings("unchecked") // put by the property's own type
    public <T> Optional<T> find(Property<T> property) {
      return Optional.ofNullable((T) values.get(property));
    }
  }

  private final String word;
  private final List<Field<R, ?>> fields;
  private final Function<Values, R> make;

  /**
   * An object of {@code fields} and no others.
   *
   * @param word the object in a word or two, for people
   * @param make may throw {@link PolderException}, whose sentence becomes the fault
   */
  public ObjectType(String word, List<Field<R, ?>> fields, Function<Values, R> make) {
    this.word = word;
    this.fields = List.copyOf(fields);
    this.make = make;
  }

  @Override
  public @Nullable R read(@Nullable Object json, String path, List<Fault> faults) {
    if (!(json instanceof Map<?, ?> map)) {
      faults.add(new Fault(path, "must be an object, not " + Json.kind(json)));
      return null;
    }
    int before = faults.size();
    List<String> names = fields.stream().map(f -> f.property().name()).toList();
    for (Object key : map.keySet()) {
      String name = String.valueOf(key);
      if (!names.contains(name)) {
        faults.add(
            new Fault(
                at(path, Types.shorten(name)),
                "unknown; did you mean '%s'?".formatted(Nearest.of(name, names))));
      }
    }
    Values values = new Values();
    for (Field<R, ?> field : fields) {
      Property<?> property = field.property();
      if (map.containsKey(property.name()) && property.refusal().isPresent()) {
        faults.add(new Fault(at(path, property.name()), "is refused: " + property.refusal().get()));
      } else if (map.containsKey(property.name())) {
        Object value =
            property.type().read(map.get(property.name()), at(path, property.name()), faults);
        if (value != null) {
          values.values.put(property, value);
        }
      } else if (field.required()) {
        faults.add(new Fault(at(path, property.name()), "is missing"));
      }
    }
    if (faults.size() > before) {
      return null;
    }
    try {
      return make.apply(values);
    } catch (PolderException e) {
      faults.add(new Fault(path, String.valueOf(e.getMessage())));
      return null;
    }
  }

  private static String at(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  @Override
  public Map<String, Object> write(R value) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (Field<R, ?> field : fields) {
      put(tree, field, value);
    }
    return tree;
  }

  private static <R, T> void put(Map<String, Object> tree, Field<R, T> field, R value) {
    field
        .from()
        .apply(value)
        .ifPresent(v -> tree.put(field.property().name(), field.property().type().write(v)));
  }

  @Override
  public Map<String, Object> schema() {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<Object> required = new ArrayList<>();
    for (Field<R, ?> field : fields) {
      if (field.property().refusal().isPresent()) {
        continue;
      }
      Map<String, Object> one = new LinkedHashMap<>(field.property().type().schema());
      one.put("description", field.property().meaning());
      properties.put(field.property().name(), one);
      if (field.required()) {
        required.add(field.property().name());
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    return schema;
  }

  @Override
  public String word() {
    return word;
  }

  @Override
  public Object fromText(String text) {
    return text.startsWith("{") ? Json.object(text) : text;
  }
}
