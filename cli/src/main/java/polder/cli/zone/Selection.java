package polder.cli.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  static List<Map<String, Object>> of(Caller caller, Arguments arguments, String standardOrder) {
    List<Filter> filters = new ArrayList<>();
    for (Filter filter : Filter.all(arguments.operands())) {
      Columns.check(filter.field());
      filters.add(new Filter(Columns.key(filter.field()), filter.test()));
    }
    List<String> order = new ArrayList<>();
    for (String key : arguments.value("--sort").orElse(standardOrder).split(",", -1)) {
      boolean down = key.startsWith("-");
      String column = down ? key.substring(1) : key;
      Columns.check(column);
      order.add((down ? "-" : "") + Columns.key(column));
    }
    List<Map<String, Object>> zones = new ArrayList<>();
    for (Map<String, Object> tree : caller.ask(Selection::trees)) {
      if (filters.stream().allMatch(filter -> filter.matches(tree))) {
        zones.add(tree);
      }
    }
    zones.sort(Order.of(order));
    return zones;
  }

  private static List<Map<String, Object>> trees(Host host) {
    return host instanceof RemoteHost remote
        ? remote.zoneTrees()
        : host.zones().list().stream().map(Zone::write).toList();
  }
}
