package polder.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.Json;

/** Looks into a JSON tree by SmartOS's flattened keys. */
public final class Tree {
  private Tree() {}

  /**
   * The values at {@code key}: {@code alias}, {@code resolvers.0}, {@code tags.role}, {@code
   * filesystems.*.target}. A key may itself hold dots: the longest that is there is taken.
   */
  public static List<Object> find(@Nullable Object tree, String key) {
    List<Object> found = new ArrayList<>();
    walk(tree, key, found);
    return found;
  }

  private static void walk(@Nullable Object tree, String key, List<Object> found) {
    if (key.isEmpty()) {
      if (tree != null) {
        found.add(tree);
      }
      return;
    }
    if (tree instanceof Map<?, ?> map) {
      for (int end = key.length(); end > 0; end = key.lastIndexOf('.', end - 1)) {
        String head = key.substring(0, end);
        if (map.containsKey(head)) {
          walk(map.get(head), end == key.length() ? "" : key.substring(end + 1), found);
          return;
        }
      }
      return;
    }
    if (tree instanceof List<?> list) {
      int dot = key.indexOf('.');
      String head = dot < 0 ? key : key.substring(0, dot);
      String rest = dot < 0 ? "" : key.substring(dot + 1);
      for (int i = 0; i < list.size(); i++) {
        if (head.equals("*") || head.equals(String.valueOf(i))) {
          walk(list.get(i), rest, found);
        }
      }
    }
  }

  /** The values at {@code key} as one text; {@code -} for none. */
  public static String text(@Nullable Object tree, String key) {
    List<Object> found = find(tree, key);
    if (found.isEmpty()) {
      return "-";
    }
    StringBuilder text = new StringBuilder();
    for (Object value : found) {
      text.append(text.isEmpty() ? "" : ",").append(text(value));
    }
    return text.toString();
  }

  private static String text(Object value) {
    return value instanceof Map<?, ?> || value instanceof List<?>
        ? Json.write(value)
        : value.toString();
  }
}
