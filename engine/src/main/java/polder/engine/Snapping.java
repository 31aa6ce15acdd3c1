package polder.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;

/**
 * Takes snapshots of zones that stand still together: all of them or none, whatever dies when.
 *
 * <p>The journal has the whole set before the first zone stands still. While it does, none of its
 * snapshots counts; the next engine has the zones go on and takes away what was taken. What cannot
 * be taken away then, because a pool is missing, is not shown, and tried again before the next.
 */
final class Snapping {
  static final String OPERATION = "snapshot";
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final ZoneDatasets datasets;
  private final Leftovers leftovers;
  private final NavigableMap<UUID, SnapshotSet> broken = new ConcurrentSkipListMap<>();

  Snapping(Hall hall, Leftovers leftovers) {
    this.hall = hall;
    this.leftovers = leftovers;
    this.datasets = new ZoneDatasets(hall.storage(), hall.volumes());
  }

  /** The snapshots of a zone that count, the oldest first; with its lock. */
  List<Snapshot> of(LocalZone zone) {
    settle(zone.uuid());
    return look(zone);
  }

  /**
   * That snapshot of a zone; with its lock.
   *
   * @throws PolderException NOT_FOUND
   */
  Snapshot demand(LocalZone zone, String name) {
    return of(zone).stream()
        .filter(snapshot -> snapshot.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "zone '%s' has no snapshot '%s'".formatted(zone.name(), name)));
  }

  /** Learns what snapshots a zone has; none while its pool is missing. */
  void lookFirst(LocalZone zone) {
    try {
      var _ = look(zone);
    } catch (PolderException e) {
      // the zone itself says what is wrong
    }
  }

  private List<Snapshot> look(LocalZone zone) {
    List<Snapshot> found = look(zone.uuid());
    zone.snapshots(found);
    return found;
  }

  private List<Snapshot> look(UUID whose) {
    return datasets.snapshots(whose).stream()
        .filter(snapshot -> !breaks(whose, snapshot.name()))
        .toList();
  }

  /** The snapshots of a volume that count, the oldest first; while nobody changes volumes. */
  List<Snapshot> of(VolumeRecord volume) {
    settle(volume.uuid());
    return look(volume.uuid());
  }

  /** Takes one of a volume while those zones stand still that run; with their locks. */
  void take(VolumeRecord volume, List<LocalZone> zones, String name) {
    var _ = run(new SnapshotSet(List.of(volume.uuid()), name, running(zones)));
  }

  private static List<UUID> running(List<LocalZone> zones) {
    return zones.stream()
        .filter(zone -> zone.life().isPresent() && !zone.status().paused())
        .map(LocalZone::uuid)
        .toList();
  }

  /** Whether a snapshot of that name is there in part, and does not count. */
  boolean breaks(UUID zone, String name) {
    return broken.values().stream()
        .anyMatch(set -> set.name().equals(name) && set.zones().contains(zone));
  }

  /** Takes one of each zone; with their locks, which were taken in the order of their uuids. */
  List<Snapshot> take(List<LocalZone> zones, String name) {
    for (LocalZone zone : zones) {
      if (of(zone).stream().anyMatch(snapshot -> snapshot.name().equals(name))
          || breaks(zone.uuid(), name)) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "zone '%s' has a snapshot '%s' already; delete it, or choose another name"
                .formatted(zone.name(), name));
      }
    }
    long stoodStill = run(set(zones, name));
    return zones.stream().map(zone -> taken(zone, name, stoodStill)).toList();
  }

  private Snapshot taken(LocalZone zone, String name, long stoodStill) {
    Snapshot taken = demand(zone, name);
    hall.events()
        .add(
            "zone.snapshot",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("snapshot", name, "stood_still_us", stoodStill));
    return taken;
  }

  private static SnapshotSet set(List<LocalZone> zones, String name) {
    List<LocalZone> ordered =
        zones.stream().sorted(Comparator.comparing(zone -> zone.uuid().toString())).toList();
    return new SnapshotSet(ordered.stream().map(LocalZone::uuid).toList(), name, running(ordered));
  }

  /** Takes them; says for how many microseconds zones stood still. */
  private long run(SnapshotSet set) {
    List<Step.Snap> plan = Planner.snapshot(set);
    AtomicLong still = new AtomicLong();
    AtomicLong going = new AtomicLong();
    try {
      hall.executor()
          .once(
              "snapshot-intend",
              "note that snapshot '%s' is being taken".formatted(set.name()),
              () -> begin(set, plan));
      hall.executor()
          .run(
              OPERATION,
              plan,
              (step, undo) -> {
                if (step instanceof Step.Snap.Freeze) {
                  still.compareAndSet(0, System.nanoTime());
                }
                work(set, plan, step, undo);
                if (step instanceof Step.Snap.Thaw) {
                  going.set(System.nanoTime());
                }
              });
    } catch (RuntimeException e) {
      if (e.getSuppressed().length == 0) {
        hall.journal().done(OPERATION, set.first());
      } else {
        broken.put(set.first(), set); // something is left: it does not count
        leftovers.later("have zones go on", () -> StandStill.end(hall, set.frozen()));
      }
      throw e;
    }
    return (going.get() - still.get()) / 1000;
  }

  private void begin(SnapshotSet set, List<Step.Snap> plan) {
    if (isOfOneDataset(set)) {
      hall.journal().begin(OPERATION, set.first(), plan, set.write());
    } else {
      hall.journal().beginSynced(OPERATION, set.first(), plan, set.write());
    }
  }

  /** Then it is there or not by itself, whatever a power cut leaves of the intent. */
  private boolean isOfOneDataset(SnapshotSet set) {
    return set.zones().size() == 1 && datasets.isOne(set.first());
  }

  private void work(SnapshotSet set, List<Step.Snap> plan, Step.Snap step, Undo undo) {
    switch (step) {
      case Step.Snap.Settle(UUID zone) -> datasets.settle(zone, hall.cgroup(zone));
      case Step.Snap.Freeze(UUID zone) -> {
        undo.add(() -> hall.cgroup(zone).thaw());
        hall.cgroup(zone).freeze(Ending.PATIENCE);
      }
      case Step.Snap.Take(UUID zone, String name) -> {
        undo.add(() -> datasets.remove(zone, name));
        datasets.take(zone, name);
      }
      case Step.Snap.Thaw(UUID zone) -> hall.cgroup(zone).thaw();
      case Step.Snap.Count(String _) -> {
        undo.add(() -> begin(set, plan));
        if (isOfOneDataset(set)) {
          hall.journal().done(OPERATION, set.first());
        } else {
          hall.journal().withdraw(OPERATION, set.first());
        }
      }
    }
  }

  /** Learns of one that was begun when we died; what of it is there does not count. */
  void recover(Journal.Intent intent) {
    hall.journal()
        .facts(intent, SnapshotSet::read)
        .ifPresentOrElse(
            set -> broken.put(set.first(), set), () -> hall.journal().putAside(intent.file()));
  }

  /** Takes away what was being taken when we died; what cannot be yet does not count. */
  void sweep() {
    broken.values().forEach(this::takeBack);
  }

  private void settle(UUID whose) {
    broken.values().stream().filter(set -> set.zones().contains(whose)).forEach(this::takeBack);
  }

  private void takeBack(SnapshotSet set) {
    try {
      set.zones().forEach(zone -> datasets.remove(zone, set.name()));
      hall.journal().withdraw(OPERATION, set.first());
      broken.remove(set.first());
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "snapshot '%s' broke off and cannot be taken back yet: %s"
              .formatted(set.name(), e.getMessage()));
    }
  }

  /** Takes a snapshot away; with the zone's lock. */
  void remove(LocalZone zone, String name) {
    hall.disk().spend(() -> datasets.remove(zone.uuid(), name));
    look(zone);
    hall.events()
        .add(
            "zone.snapshot-delete",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("snapshot", name));
  }
}
