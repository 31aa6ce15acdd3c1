package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import polder.linux.Cgroup;

/**
 * Zones that we make stand still for a moment, as the journal keeps them: whoever dies meanwhile
 * has told the next engine to let them go on. Those that their owners paused are not among them.
 */
final class StandStill {
  private static final String FROZEN = "frozen";

  private StandStill() {}

  static Map<String, Object> facts(List<UUID> zones) {
    return Map.of(FROZEN, zones.stream().map(UUID::toString).toList());
  }

  static List<UUID> read(Map<String, Object> facts) {
    return new Fields(facts).uuids(FROZEN);
  }

  /** Lets those go on that stood still when we died in the midst of {@code intent}. */
  static void end(Hall hall, Journal.Intent intent) {
    for (UUID zone :
        hall.journal()
            .facts(intent, facts -> facts.containsKey(FROZEN) ? read(facts) : List.<UUID>of())
            .orElse(List.of())) {
      Cgroup cgroup = hall.cgroup(zone);
      if (cgroup.exists() && cgroup.frozen()) {
        cgroup.thaw();
      }
    }
  }
}
