package polder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * All zones of the host, by uuid and by alias, neither of which two zones have; and those that were
 * deleted and are kept, which have a uuid only.
 */
final class ZoneTable {
  private static final int SHORTEST = 4;

  private final ReentrantLock names = new ReentrantLock();
  private final TreeMap<String, LocalZone> zones = new TreeMap<>(); // by the uuid's text
  private final TreeMap<String, LocalZone> kept = new TreeMap<>();
  private final Map<String, UUID> aliases = new HashMap<>();
  private volatile Runnable noted = () -> {};
  private final Map<String, UUID> promised = new HashMap<>(); // may yet come to nothing: not seen

  /** Has {@code what} done whenever a zone that is added from now on has changed. */
  void note(Runnable what) {
    noted = what;
  }

  /**
   * Adds a zone that is being made, with its lock. By its alias it is found when it is {@link
   * #settle settled}.
   *
   * @return empty if it is in; else who may or may not get that uuid or alias: wait for its lock
   *     and ask again, since what is told now must still be so if we are killed
   * @throws PolderException EXISTS if another has its uuid or its alias
   */
  Optional<LocalZone> add(LocalZone zone) {
    names.lock();
    try {
      String uuid = zone.uuid().toString();
      @Nullable LocalZone there = zones.get(uuid);
      if (there != null && there.isMade()) {
        throw new PolderException(
            ErrorKind.EXISTS, "a zone with uuid %s is there already".formatted(uuid));
      }
      if (kept.containsKey(uuid)) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "zone %s was deleted and is kept; undelete it, or delete it for good".formatted(uuid));
      }
      Optional<LocalZone> rival =
          there == null ? promise(zone.uuid(), zone.record().spec()) : Optional.of(there);
      if (rival.isEmpty()) {
        zone.note(noted);
        zones.put(uuid, zone);
      }
      return rival;
    } finally {
      names.unlock();
    }
  }

  /**
   * Adds a zone whose record was there before us; if its alias is another's too, without it.
   *
   * @throws PolderException EXISTS if another has its uuid
   */
  void admit(LocalZone zone) {
    names.lock();
    try {
      if (zones.putIfAbsent(zone.uuid().toString(), zone) == null) {
        zone.note(noted);
        zone.record()
            .spec()
            .find(ZoneProperties.ALIAS)
            .ifPresent(name -> aliases.putIfAbsent(name, zone.uuid()));
      }
    } finally {
      names.unlock();
    }
  }

  /** Whether its alias leads to it: two records may have the same one if somebody copied them. */
  boolean hasItsName(LocalZone zone) {
    names.lock();
    try {
      return zone.record()
          .spec()
          .find(ZoneProperties.ALIAS)
          .map(aliases::get)
          .filter(holder -> !holder.equals(zone.uuid()))
          .isEmpty();
    } finally {
      names.unlock();
    }
  }

  private void demandFree(String alias, UUID zone) {
    @Nullable UUID holder = aliases.get(alias);
    if (holder != null && !holder.equals(zone)) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "the alias '%s' is that of zone %s; choose another, or delete that zone"
              .formatted(alias, holder));
    }
    if (alias.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        && !alias.equals(zone.toString())) {
      throw new PolderException(
          ErrorKind.INVALID, "the alias '%s' reads as another zone's uuid".formatted(alias));
    }
  }

  /**
   * Keeps the alias of {@code after} free for {@code zone}, whose lock is held, until it is {@link
   * #settle settled} or {@link #withdraw withdrawn}.
   *
   * @return as {@link #add}
   * @throws PolderException EXISTS if another has it
   */
  Optional<LocalZone> promise(UUID zone, ZoneSpec after) {
    names.lock();
    try {
      Optional<String> alias = after.find(ZoneProperties.ALIAS);
      alias.ifPresent(name -> demandFree(name, zone));
      return alias
          .flatMap(name -> Optional.ofNullable(promised.putIfAbsent(name, zone)))
          .map(rival -> Objects.requireNonNull(known(rival)));
    } finally {
      names.unlock();
    }
  }

  private @Nullable LocalZone known(UUID uuid) {
    @Nullable LocalZone zone = zones.get(uuid.toString());
    return zone == null ? kept.get(uuid.toString()) : zone;
  }

  /** From now on {@code zone} is found by the alias of its record, which is on the disk. */
  void settle(LocalZone zone) {
    names.lock();
    try {
      promised.values().remove(zone.uuid());
      aliases.values().remove(zone.uuid());
      zone.record()
          .spec()
          .find(ZoneProperties.ALIAS)
          .ifPresent(name -> aliases.putIfAbsent(name, zone.uuid()));
    } finally {
      names.unlock();
    }
  }

  /** The zone does not get the alias that it was promised. */
  void withdraw(UUID zone) {
    names.lock();
    try {
      promised.values().remove(zone);
    } finally {
      names.unlock();
    }
  }

  /** Adds a zone that was deleted and is kept. */
  void keep(LocalZone zone) {
    names.lock();
    try {
      remove(zone);
      kept.put(zone.uuid().toString(), zone);
    } finally {
      names.unlock();
    }
  }

  /** Adds a zone that was kept, and whose alias was promised to it. */
  void restore(LocalZone zone) {
    names.lock();
    try {
      kept.remove(zone.uuid().toString());
      zone.note(noted);
      zones.put(zone.uuid().toString(), zone);
      settle(zone);
    } finally {
      names.unlock();
    }
  }

  /** The zones that were deleted and are kept, those first that end first. */
  List<LocalZone> kept() {
    names.lock();
    try {
      return kept.values().stream()
          .sorted(
              Comparator.comparing((LocalZone zone) -> zone.record().kept().orElseThrow().until())
                  .thenComparing(LocalZone::uuid))
          .toList();
    } finally {
      names.unlock();
    }
  }

  /**
   * The kept zone that {@code ref} means.
   *
   * @throws PolderException NOT_FOUND, or INVALID if it could be several
   */
  LocalZone kept(ZoneRef ref) {
    List<LocalZone> found =
        kept().stream()
            .filter(zone -> zone.name().equals(ref.text()) || isBegun(zone.uuid(), ref))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw found.isEmpty()
        ? new PolderException(
            ErrorKind.NOT_FOUND, "no deleted zone '%s' is kept".formatted(ref.text()))
        : new PolderException(
            ErrorKind.INVALID,
            "'%s' means %d deleted zones: name one by its uuid"
                .formatted(ref.text(), found.size()));
  }

  private static boolean isBegun(UUID uuid, ZoneRef ref) {
    return ref.text().length() >= SHORTEST && uuid.toString().startsWith(ref.text());
  }

  /** The zone of that uuid, be it kept or being made. */
  Optional<LocalZone> findAny(UUID uuid) {
    names.lock();
    try {
      return Optional.ofNullable(known(uuid));
    } finally {
      names.unlock();
    }
  }

  /** Takes a zone out. */
  void remove(LocalZone zone) {
    names.lock();
    try {
      kept.remove(zone.uuid().toString());
      zones.remove(zone.uuid().toString());
      aliases.values().remove(zone.uuid());
      promised.values().remove(zone.uuid());
    } finally {
      names.unlock();
    }
  }

  /**
   * The zone that {@code ref} means.
   *
   * @throws PolderException NOT_FOUND, or INVALID if it could be several
   */
  LocalZone get(ZoneRef ref) {
    names.lock();
    try {
      @Nullable UUID named = aliases.get(ref.text());
      @Nullable LocalZone zone = zones.get(named == null ? ref.text() : named.toString());
      if (zone != null) {
        return zone;
      }
      if (ref.text().length() >= SHORTEST) {
        List<LocalZone> begin =
            zones.subMap(ref.text(), ref.text() + '\uffff').values().stream().toList();
        if (begin.size() == 1) {
          return begin.getFirst();
        }
        if (begin.size() > 1) {
          throw new PolderException(
              ErrorKind.INVALID,
              "'%s' is the beginning of %d zones' uuids; write more of it"
                  .formatted(ref.text(), begin.size()));
        }
      }
      throw new PolderException(ErrorKind.NOT_FOUND, "there is no zone '%s'".formatted(ref.text()));
    } finally {
      names.unlock();
    }
  }

  /** The zone with that uuid. */
  Optional<LocalZone> find(UUID uuid) {
    names.lock();
    try {
      return Optional.ofNullable(zones.get(uuid.toString()));
    } finally {
      names.unlock();
    }
  }

  /** Whether a zone is made of that image, be it one that is kept. */
  boolean uses(UUID image) {
    return all().stream()
        .map(zone -> zone.record().spec().find(ZoneProperties.IMAGE_UUID))
        .anyMatch(made -> made.equals(Optional.of(image)));
  }

  /** The pool that a zone names; empty if the zone is not known. */
  Optional<String> pool(UUID uuid) {
    return findAny(uuid).map(zone -> zone.record().spec().get(ZoneProperties.ZPOOL));
  }

  /** Whether a zone names that pool, be it one that is kept. */
  boolean usesPool(String pool) {
    return all().stream()
        .anyMatch(zone -> zone.record().spec().get(ZoneProperties.ZPOOL).equals(pool));
  }

  /** All zones, then those that are kept. */
  List<LocalZone> all() {
    List<LocalZone> all = new ArrayList<>(list());
    all.addAll(kept());
    return all;
  }

  /** All zones, by name, then uuid. */
  List<LocalZone> list() {
    names.lock();
    try {
      return zones.values().stream()
          .sorted(Comparator.comparing(LocalZone::name).thenComparing(LocalZone::uuid))
          .toList();
    } finally {
      names.unlock();
    }
  }
}
