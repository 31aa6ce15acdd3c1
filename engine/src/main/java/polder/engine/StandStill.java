package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Cgroup;
import polder.model.ErrorKind;
import polder.model.PolderException;

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
    hall.journal()
        .facts(intent, facts -> facts.containsKey(FROZEN) ? read(facts) : List.<UUID>of())
        .orElse(List.of())
        .forEach(zone -> end(hall.cgroup(zone)));
  }

  /**
   * Lets those go on that still stand because that failed, but for those that are paused now.
   *
   * @throws PolderException WRONG_STATE if one of them is being worked on
   */
  static void end(Hall hall, List<UUID> zones) {
    for (UUID uuid : zones) {
      Optional<LocalZone> found = hall.table().find(uuid);
      if (found.isPresent()) {
        end(hall, found.get());
      }
    }
  }

  private static void end(Hall hall, LocalZone zone) {
    if (!zone.operating().tryLock()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE, "zone '%s' is being worked on".formatted(zone.name()));
    }
    try {
      if (!zone.status().paused()) {
        end(hall.cgroup(zone.uuid()));
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private static void end(Cgroup cgroup) {
    if (cgroup.exists() && cgroup.frozen()) {
      cgroup.thaw();
    }
  }
}
