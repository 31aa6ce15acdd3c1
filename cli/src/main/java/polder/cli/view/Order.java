package polder.cli.view;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The order of a list's rows: {@code -s memory,-alias}, a dash for downwards. */
public final class Order {
  private Order() {}

  /** Compares trees by keys as {@link Tree} reads them; numbers as numbers, what lacks it first. */
  public static Comparator<Map<String, Object>> of(List<String> keys) {
    // one plain lambda: those of Comparator.thenComparing are made anew at each start, 3 ms
    return (a, b) -> {
      for (String key : keys) {
        boolean down = key.startsWith("-");
        String field = down ? key.substring(1) : key;
        int order = compare(first(a, field), first(b, field));
        if (order != 0) {
          return down ? -order : order;
        }
      }
      return 0;
    };
  }

  private static Object first(Map<String, Object> tree, String field) {
    List<Object> found = Tree.find(tree, field);
    return found.isEmpty() ? "" : found.getFirst();
  }

  private static int compare(Object a, Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    }
    if (a instanceof Number || b instanceof Number) {
      return a instanceof Number ? 1 : -1;
    }
    return a.toString().compareTo(b.toString());
  }
}
