package polder.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is to change in a zone's spec, in vmadm's words.
 *
 * <p>{@code prop: value} sets, {@code prop: null} takes away. For maps {@code set_X} merges and
 * {@code remove_X} lists the keys that go; for lists of objects {@code add_X} appends, {@code
 * update_X} changes the item with the same key, and {@code remove_X} lists the keys that go ({@code
 * filesystems} by {@code target}, {@code devices} by {@code target}, {@code nics} by {@code mac}).
 *
 * @param changes a JSON object as {@link Json} reads it
 */
public record Patch(Map<String, Object> changes) {
  private static final Map<String, String> KEYS =
      Map.of("filesystems", "target", "devices", "target", "nics", "mac");
  private static final List<String> MAPS =
      List.of(
          "tags", "customer_metadata", "internal_metadata", "env", "sysctls", "ulimits", "routes");

  /**
   * The spec that {@code spec} becomes.
   *
   * @throws PolderException INVALID with all that is wrong; {@code spec} is as it was
   */
  public ZoneSpec applyTo(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    Map<String, @Nullable Object> payload = new LinkedHashMap<>(spec.write());
    changes.forEach((name, value) -> apply(payload, name, value, faults));
    if (!faults.isEmpty()) {
      throw new PolderException("the update is refused", faults);
    }
    payload.values().removeIf(value -> value == null);
    @SuppressWarnings("NullAway") // the nulls are gone
    Map<String, Object> full = payload;
    return ZoneSpec.read(full);
  }

  private static void apply(
      Map<String, @Nullable Object> payload,
      String name,
      @Nullable Object value,
      List<Fault> faults) {
    if (ZoneProperties.find(name).isPresent()) {
      payload.put(name, value);
      return;
    }
    int bar = name.indexOf('_');
    String verb = bar < 0 ? "" : name.substring(0, bar);
    String property = name.substring(bar + 1);
    BiFunction<@Nullable Object, @Nullable Object, Object> change =
        switch (verb) {
          case "set" -> MAPS.contains(property) ? Patch::merged : null;
          case "add" -> KEYS.containsKey(property) ? Patch::appended : null;
          case "update" ->
              KEYS.containsKey(property) ? (old, items) -> updated(property, old, items) : null;
          case "remove" ->
              MAPS.contains(property)
                  ? Patch::withoutKeys
                  : KEYS.containsKey(property)
                      ? (old, keys) -> withoutItems(property, old, keys)
                      : null;
          default -> null;
        };
    if (change == null) {
      faults.add(ZoneSpec.unknown(name));
      return;
    }
    try {
      payload.put(property, change.apply(payload.get(property), value));
    } catch (PolderException e) {
      faults.add(new Fault(name, String.valueOf(e.getMessage())));
    }
  }

  private static Object merged(@Nullable Object old, @Nullable Object entries) {
    Map<String, Object> map = new LinkedHashMap<>(old == null ? Map.of() : Json.asObject(old));
    map.putAll(Json.asObject(entries));
    return map;
  }

  private static Object withoutKeys(@Nullable Object old, @Nullable Object keys) {
    Map<String, Object> map = new LinkedHashMap<>(old == null ? Map.of() : Json.asObject(old));
    for (Object key : Json.asList(keys)) {
      if (map.remove(String.valueOf(key)) == null) {
        throw missing(String.valueOf(key));
      }
    }
    return map;
  }

  private static Object appended(@Nullable Object old, @Nullable Object items) {
    List<Object> list = new ArrayList<>(old == null ? List.of() : Json.asList(old));
    list.addAll(Json.asList(items));
    return list;
  }

  private static Object updated(String property, @Nullable Object old, @Nullable Object items) {
    List<Object> list = new ArrayList<>(old == null ? List.of() : Json.asList(old));
    String key = key(property);
    for (Object item : Json.asList(items)) {
      Map<String, Object> change = Json.asObject(item);
      int at = find(list, key, change.get(key));
      Map<String, Object> merged = new LinkedHashMap<>(Json.asObject(list.get(at)));
      merged.putAll(change);
      list.set(at, merged);
    }
    return list;
  }

  private static Object withoutItems(String property, @Nullable Object old, @Nullable Object keys) {
    List<Object> list = new ArrayList<>(old == null ? List.of() : Json.asList(old));
    for (Object key : Json.asList(keys)) {
      list.remove(find(list, key(property), key));
    }
    return list;
  }

  private static String key(String property) {
    return java.util.Objects.requireNonNull(KEYS.get(property));
  }

  private static int find(List<Object> list, String key, @Nullable Object value) {
    for (int i = 0; i < list.size(); i++) {
      if (java.util.Objects.equals(Json.asObject(list.get(i)).get(key), value)) {
        return i;
      }
    }
    throw missing(String.valueOf(value));
  }

  private static PolderException missing(String key) {
    return new PolderException(
        ErrorKind.INVALID, "there is no '%s' to change".formatted(Types.shorten(key)));
  }
}
