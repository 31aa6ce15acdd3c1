package polder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** Finds the zones that are meant, and has work done with their locks. */
final class Turns {
  private final Hall hall;

  Turns(Hall hall) {
    this.hall = hall;
  }

  /** The zone that {@code ref} means, if it is there for all. */
  LocalZone find(ZoneRef ref) {
    LocalZone zone = hall.table().get(ref);
    if (!zone.isMade()) {
      throw zone.missing();
    }
    return zone;
  }

  /** Does {@code work} with the zone's lock; a failure names what was tried on which zone. */
  <T> T locked(String verb, LocalZone zone, Supplier<T> work) {
    zone.lock();
    try {
      return worked(verb, zone.name(), work);
    } finally {
      zone.unlock();
    }
  }

  private <T> T worked(String verb, String name, Supplier<T> work) {
    try {
      hall.disk().keep();
      return work.get();
    } catch (PolderException e) {
      throw e;
    } catch (RuntimeException e) {
      throw Failures.of("%s zone '%s'".formatted(verb, name), e);
    }
  }

  /** As {@link #locked}, on the zone that {@code ref} still means when it is locked. */
  <T> T lockedBy(String verb, ZoneRef ref, Function<LocalZone, T> work) {
    return allLockedBy(verb, List.of(ref), zones -> work.apply(zones.getFirst()));
  }

  /**
   * As {@link #lockedBy}, on several zones at once. Their locks are taken in the order of their
   * uuids, so that of two who want the same zones one has them all.
   */
  <T> T allLockedBy(String verb, List<ZoneRef> refs, Function<List<LocalZone>, T> work) {
    while (true) {
      List<LocalZone> zones = refs.stream().map(this::find).toList();
      if (new HashSet<>(zones).size() < zones.size()) {
        throw new PolderException(ErrorKind.INVALID, "two of the names are one zone's");
      }
      try (Undo locks = new Undo()) {
        List<LocalZone> ordered = new ArrayList<>(zones);
        ordered.sort(Comparator.comparing(zone -> zone.uuid().toString()));
        for (LocalZone zone : ordered) {
          zone.lock();
          locks.add(zone::unlock);
        }
        if (refs.stream().map(this::find).toList().equals(zones)) {
          return worked(verb, zones.getFirst().name(), () -> work.apply(zones));
        }
      }
    }
  }
}
