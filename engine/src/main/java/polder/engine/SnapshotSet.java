package polder.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import polder.model.Snapshot;

/**
 * Snapshots that are taken together, as the journal keeps them: while it does, none of them counts.
 *
 * @param zones whose they are, in the order of their locks
 * @param name what each is called
 * @param frozen the zones that we made stand still for them
 */
record SnapshotSet(List<UUID> zones, String name, List<UUID> frozen) {
  SnapshotSet {
    zones = List.copyOf(zones);
    frozen = List.copyOf(frozen);
    Snapshot.checkName(name);
  }

  /** Whose lock stands for the whole set, and whom its intent is named after. */
  UUID first() {
    return zones.getFirst();
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", name);
    tree.put("zones", zones.stream().map(UUID::toString).toList());
    tree.putAll(StandStill.facts(frozen));
    return tree;
  }

  static SnapshotSet read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    List<UUID> zones = fields.uuids("zones");
    if (zones.isEmpty()) {
      throw Fields.wrong("zones");
    }
    return new SnapshotSet(zones, fields.text("name"), StandStill.read(tree));
  }
}
