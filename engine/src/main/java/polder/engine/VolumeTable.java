package polder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.model.Filesystem;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * All volumes of the host by uuid, those by name that are made, and who is about to attach which.
 *
 * <p>Whoever makes, changes or deletes a volume does it {@link #alone}, and so does a zone that
 * comes to name one: what it was told to be there is not gone before its payload says so.
 */
final class VolumeTable {
  private final ReentrantLock changing = new ReentrantLock(); // taken first, and for long
  private final ReentrantLock names = new ReentrantLock();
  private final Map<UUID, VolumeRecord> all = new HashMap<>();
  private final Set<UUID> made = new HashSet<>();
  private final Map<UUID, Set<String>> promised = new HashMap<>(); // to a zone, by its uuid

  /** Does {@code work} while nobody else changes a volume. */
  <T> T alone(Supplier<T> work) {
    changing.lock();
    try {
      return work.get();
    } finally {
      changing.unlock();
    }
  }

  private <T> T locked(Supplier<T> work) {
    names.lock();
    try {
      return work.get();
    } finally {
      names.unlock();
    }
  }

  /** Adds a volume that is being made: it is found by its uuid only until it is settled. */
  void add(VolumeRecord record) {
    locked(() -> all.put(record.uuid(), record));
  }

  /** From now on a volume is what {@code record} says, which is on the disk. */
  void settle(VolumeRecord record) {
    locked(
        () -> {
          all.put(record.uuid(), record);
          return made.add(record.uuid());
        });
  }

  /** Shows a volume no more, which is being taken away, whatever comes of that. */
  void hide(UUID volume) {
    locked(() -> made.remove(volume));
  }

  void remove(UUID volume) {
    locked(
        () -> {
          all.remove(volume);
          return made.remove(volume);
        });
  }

  /** The volume of that name or uuid. */
  Optional<VolumeRecord> find(String name) {
    return list().stream()
        .filter(each -> each.name().equals(name) || each.uuid().toString().equals(name))
        .findFirst();
  }

  /** The volume of that uuid, be it made or not. */
  Optional<VolumeRecord> find(UUID volume) {
    return locked(() -> Optional.ofNullable(all.get(volume)));
  }

  /** Whether somebody makes, changes or deletes volumes now, and that one is there. */
  boolean isWorkedOn(UUID volume) {
    return changing.isLocked() && find(volume).isPresent();
  }

  /** The pool of a volume, be it made or not. */
  Optional<String> pool(UUID volume) {
    return find(volume).map(VolumeRecord::pool);
  }

  /** Whether a volume is in that pool. */
  boolean usesPool(String pool) {
    return locked(() -> all.values().stream().anyMatch(each -> each.pool().equals(pool)));
  }

  /** How many volumes are in that pool. */
  long count(String pool) {
    return list().stream().filter(each -> each.pool().equals(pool)).count();
  }

  /** All that are made, by name. */
  List<VolumeRecord> list() {
    return locked(
        () ->
            all.values().stream()
                .filter(each -> made.contains(each.uuid()))
                .sorted(Comparator.comparing(VolumeRecord::name).thenComparing(VolumeRecord::uuid))
                .toList());
  }

  /** The own volumes of a zone, be they made or not. */
  List<VolumeRecord> ownOf(UUID zone) {
    return locked(() -> all.values().stream().filter(each -> each.isOwn(zone)).toList());
  }

  /** The own volume of a zone that is mounted there. */
  Optional<VolumeRecord> own(UUID zone, String target) {
    return ownOf(zone).stream()
        .filter(each -> each.owner().orElseThrow().target().equals(target))
        .findFirst();
  }

  /** Keeps what {@code spec} names for its zone until {@link #withdraw}. */
  void promise(ZoneSpec spec) {
    Set<String> names = Set.copyOf(named(spec));
    if (!names.isEmpty()) {
      locked(() -> promised.put(spec.uuid(), names));
    }
  }

  /** The zone's payload says now what was promised, or it does not get it. */
  void withdraw(UUID zone) {
    locked(() -> promised.remove(zone));
  }

  /** The zones that are about to attach a volume. */
  List<UUID> promised(VolumeRecord volume) {
    return locked(
        () ->
            promised.entrySet().stream()
                .filter(each -> each.getValue().stream().anyMatch(name -> means(name, volume)))
                .map(Map.Entry::getKey)
                .toList());
  }

  private static boolean means(String name, VolumeRecord volume) {
    return name.equals(volume.name()) || name.equals(volume.uuid().toString());
  }

  /** Whether a payload attaches a volume. */
  static boolean attaches(ZoneSpec spec, VolumeRecord volume) {
    return named(spec).stream().anyMatch(name -> means(name, volume))
        || volume.owner().filter(owner -> owner.zone().equals(spec.uuid())).isPresent();
  }

  /** The names of volumes in a payload. */
  static List<String> named(ZoneSpec spec) {
    List<String> names = new ArrayList<>();
    for (Filesystem each : spec.get(ZoneProperties.FILESYSTEMS)) {
      if (each.isVolume() && !each.isOwnVolume()) {
        names.add(each.volume());
      }
    }
    return names;
  }
}
