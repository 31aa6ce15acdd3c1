package polder.cli.zone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.model.Json;
import polder.model.Property;
import polder.model.ZoneProperties;

/** {@code PROPERTY=VALUE} words, as JSON. */
final class Assignments {
  private Assignments() {}

  /**
   * Puts the words into {@code tree}. What a value means, the property's type says; a value that
   * begins with a brace or bracket is JSON, and an empty one takes the property away.
   */
  static void of(List<String> words, Map<String, ? super @Nullable Object> tree) {
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new UsageException("'" + Words.printable(word) + "' is not PROPERTY=VALUE");
      }
      String name = word.substring(0, equals);
      String text = word.substring(equals + 1);
      int dot = name.indexOf('.');
      if (dot > 0) {
        entry(tree, name.substring(0, dot), name.substring(dot + 1), text);
      } else {
        tree.put(name, text.isEmpty() ? null : value(name, text));
      }
    }
  }

  /** {@code tags.role=web}: one entry of a map. */
  private static void entry(
      Map<String, ? super @Nullable Object> tree, String map, String key, String text) {
    Map<String, Object> entries = new LinkedHashMap<>();
    if (tree.get(map) instanceof Map<?, ?> old) {
      old.forEach((name, value) -> entries.put(String.valueOf(name), value));
    }
    Object value = text;
    if (ZoneProperties.find(map).isPresent() && text.startsWith("{")) {
      value = Json.object(text);
    } else if (text.matches("-?[0-9]{1,18}") && map.equals("ulimits")) {
      value = Long.parseLong(text);
    }
    entries.put(key, value);
    tree.put(map, entries);
  }

  private static @Nullable Object value(String name, String text) {
    Optional<Property<?>> property = ZoneProperties.find(name);
    if (property.isPresent()) {
      return property.get().type().fromText(text);
    }
    if (text.startsWith("{") || text.startsWith("[")) {
      return Json.read(text);
    }
    return name.startsWith("remove_") ? List.of((Object[]) text.split(",", -1)) : text;
  }
}
