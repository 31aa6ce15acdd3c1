package polder.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is to change in a zone's spec, in vmadm's words.
 *
 * <p>{@code prop: value} sets, {@code prop: null} takes away. For maps {@code set_X} merges and
 * {@code remove_X} lists the keys that go; for lists of objects {@code add_X} appends, {@code
 * update_X} changes the item with the same key, and {@code remove_X} lists the keys that go ({@code
 * filesystems} by {@code target}, {@code devices} by {@code target}, {@code nics} by {@code mac}).
 * A nic that is added or updated as the primary one takes that from the others.
 *
 * @param changes a JSON object as {@link Json} reads it
 */
public record Patch(Map<String, Object> changes) {
  private static final String MAC = "mac";
  private static final String PRIMARY = "primary";
  private static final Map<String, String> KEYS =
      Map.of("filesystems", "target", "devices", "target", "nics", MAC);
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
    Map<String, Object> payload = changed(spec, faults);
    if (faults.isEmpty()) {
      return ZoneSpec.read(payload);
    }
    try {
      ZoneSpec.read(payload);
    } catch (PolderException e) {
      faults.addAll(e.faults());
    }
    throw new PolderException("the update is refused", faults);
  }

  /**
   * The spec that {@code spec} becomes without what of this is wrong, so that somebody else can
   * tell what is wrong with the rest; empty if that is no spec.
   */
  public Optional<ZoneSpec> asFarAsItGoes(ZoneSpec spec) {
    try {
      return Optional.of(ZoneSpec.read(changed(spec, new ArrayList<>())));
    } catch (PolderException e) {
      return Optional.empty();
    }
  }

  private Map<String, Object> changed(ZoneSpec spec, List<Fault> faults) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>(spec.write());
    changes.forEach((name, value) -> apply(payload, name, value, faults));
    payload.values().removeIf(value -> value == null);
    @SuppressWarnings("NullAway") // the nulls are gone
    Map<String, Object> full = payload;
    return full;
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
          case "add" ->
              KEYS.containsKey(property) ? (old, items) -> appended(property, old, items) : null;
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
        throw missing(Types.shorten(String.valueOf(key)));
      }
    }
    return map;
  }

  private static Object appended(String property, @Nullable Object old, @Nullable Object items) {
    List<Object> list = list(old);
    if (isPrimary(property, Json.asList(items))) {
      list.replaceAll(Patch::secondary);
    }
    list.addAll(Json.asList(items));
    return list;
  }

  private static Object updated(String property, @Nullable Object old, @Nullable Object items) {
    List<Object> list = list(old);
    List<String> missing = new ArrayList<>();
    if (isPrimary(property, Json.asList(items))) {
      list.replaceAll(Patch::secondary);
    }
    for (Object item : Json.asList(items)) {
      Map<String, Object> change = Json.asObject(item);
      Object key = change.get(key(property));
      int at = find(list, property, key);
      if (at < 0) {
        missing.add(String.valueOf(key));
        continue;
      }
      Map<String, Object> merged = new LinkedHashMap<>(Json.asObject(list.get(at)));
      merged.putAll(change);
      list.set(at, merged);
    }
    demandAll(missing);
    return list;
  }

  private static Object withoutItems(String property, @Nullable Object old, @Nullable Object keys) {
    List<Object> list = list(old);
    List<String> missing = new ArrayList<>();
    for (Object key : Json.asList(keys)) {
      int at = find(list, property, key);
      if (at < 0) {
        missing.add(String.valueOf(key));
      } else {
        list.remove(at);
      }
    }
    demandAll(missing);
    return list;
  }

  private static List<Object> list(@Nullable Object old) {
    return new ArrayList<>(old == null ? List.of() : Json.asList(old));
  }

  /** There is one primary nic: whoever is made it takes that from another. */
  private static boolean isPrimary(String property, List<Object> items) {
    return property.equals(ZoneProperties.NICS.name())
        && items.stream().anyMatch(item -> Boolean.TRUE.equals(Json.asObject(item).get(PRIMARY)));
  }

  private static Object secondary(Object nic) {
    Map<String, Object> changed = new LinkedHashMap<>(Json.asObject(nic));
    changed.remove(PRIMARY);
    return changed;
  }

  private static String key(String property) {
    return java.util.Objects.requireNonNull(KEYS.get(property));
  }

  private static int find(List<Object> list, String property, @Nullable Object value) {
    String key = key(property);
    Object wanted = key.equals(MAC) ? address(value) : String.valueOf(value);
    for (int i = 0; i < list.size(); i++) {
      if (wanted.equals(Json.asObject(list.get(i)).get(key))) {
        return i;
      }
    }
    return -1;
  }

  /** An address as it is kept, however it is written. */
  private static String address(@Nullable Object value) {
    try {
      return MacAddress.of(String.valueOf(value)).value();
    } catch (PolderException e) {
      return "";
    }
  }

  private static void demandAll(List<String> missing) {
    if (!missing.isEmpty()) {
      throw missing(String.join("', '", missing.stream().map(Types::shorten).toList()));
    }
  }

  private static PolderException missing(String key) {
    return new PolderException(ErrorKind.INVALID, "there is no '%s' to change".formatted(key));
  }
}
