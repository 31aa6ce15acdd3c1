package polder.cli.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.Tree;
import polder.model.Nearest;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** The columns of a list of zones: properties, and short words for those that are asked often. */
final class Columns {
  static final List<String> DEFAULT = List.of("uuid", "type", "memory", "state", "alias");

  /** Of a virtual machine that has no limit of its own, its guest's memory is meant. */
  static final String LIMIT = "max_physical_memory";

  static final String RAM = "ram";

  private static final Map<String, String> SHORT =
      Map.of("memory", LIMIT, RAM, LIMIT, "name", "alias", "ports", "nics.*.ports.*");

  private Columns() {}

  /** Reads {@code a,b,tags.role}; a word that no zone can have is refused. */
  static List<String> of(String text) {
    List<String> columns = new ArrayList<>();
    for (String column : text.split(",", -1)) {
      check(column);
      columns.add(column);
    }
    return columns;
  }

  /** Refuses what is neither a property nor a state. */
  static void check(String column) {
    String head = column.indexOf('.') < 0 ? column : column.substring(0, column.indexOf('.'));
    if (SHORT.containsKey(head)
        || ZoneProperties.find(head).isPresent()
        || Zone.OUTPUT_ONLY.contains(head)) {
      return;
    }
    List<String> known = new ArrayList<>(Zone.OUTPUT_ONLY);
    ZoneProperties.list().forEach(property -> known.add(property.name()));
    throw new UsageException(
        "zones have no '"
            + Words.printable(head)
            + "'; did you mean '"
            + Nearest.of(head, known)
            + "'?");
  }

  /** The key that a column stands for. */
  static String key(String column) {
    return SHORT.getOrDefault(column, column);
  }

  /** The text of a zone's cell. */
  static String cell(Map<String, Object> zone, String column) {
    String key = key(column);
    return Tree.text(zone, key.equals(LIMIT) && !zone.containsKey(LIMIT) ? RAM : key);
  }
}
