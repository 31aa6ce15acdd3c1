package polder.cli.zone;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.api.client.RemoteHost;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.view.Filter;
import polder.cli.view.Order;
import polder.model.Host;
import polder.model.Zone;

/** The zones that {@code list} and {@code lookup} are asked for. */
final class Selection {
  private Selection() {}

  /**
   * Asks for zones.
   *
   * @param order where nobody asks for another; keys, separated by commas
   * @param columns what is shown of each; with {@code --json}, all
   */
  static List<Map<String, Object>> of(
      Caller caller, Arguments arguments, String order, List<String> columns) {
    Set<String> fields = new LinkedHashSet<>();
    for (String column : columns) {
      fields.add(field(column));
    }
    List<Filter> filters = new ArrayList<>();
    for (Filter filter : Filter.all(arguments.operands())) {
      Columns.check(filter.field());
      filters.add(new Filter(Columns.key(filter.field()), filter.test()));
      fields.add(field(filter.field()));
    }
    List<String> keys = keys(arguments, order);
    for (String key : keys) {
      fields.add(field(key.startsWith("-") ? key.substring(1) : key));
    }
    if (fields.contains(Columns.LIMIT)) {
      fields.add(Columns.RAM);
    }
    if (arguments.has("--json")) {
      fields.clear();
    }
    List<Map<String, Object>> zones = new ArrayList<>();
    for (Map<String, Object> tree : caller.ask(host -> trees(host, fields))) {
      if (matches(tree, filters)) {
        zones.add(tree);
      }
    }
    zones.sort(Order.of(keys));
    return zones;
  }

  private static boolean matches(Map<String, Object> tree, List<Filter> filters) {
    for (Filter filter : filters) {
      if (!filter.matches(tree)) {
        return false;
      }
    }
    return true;
  }

  private static List<String> keys(Arguments arguments, String standard) {
    List<String> keys = new ArrayList<>();
    for (String key : arguments.value("--sort").orElse(standard).split(",", -1)) {
      boolean down = key.startsWith("-");
      String column = down ? key.substring(1) : key;
      if (arguments.has("--sort")) {
        Columns.check(column);
      }
      keys.add((down ? "-" : "") + Columns.key(column));
    }
    return keys;
  }

  /** The property that a column looks into. */
  private static String field(String column) {
    String key = Columns.key(column);
    int dot = key.indexOf('.');
    return dot < 0 ? key : key.substring(0, dot);
  }

  private static List<Map<String, Object>> trees(Host host, Set<String> fields) {
    return host instanceof RemoteHost remote
        ? remote.zoneTrees(fields)
        : host.zones().list().stream().map(Zone::write).toList();
  }
}
