package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import polder.storage.Root;

/**
 * What zones have on their disks at one moment, or had at a snapshot, to be read for however long
 * that takes: datasets that are nobody's, and go when they are closed.
 *
 * <p>The journal has one before it is there; the next engine takes it away. What cannot be taken
 * away is tried again in the background.
 */
final class Likenesses {
  static final String OPERATION = "likeness";

  private final Hall hall;
  private final Leftovers leftovers;
  private final Set<UUID> used = ConcurrentHashMap.newKeySet();

  Likenesses(Hall hall, Leftovers leftovers) {
    this.hall = hall;
    this.leftovers = leftovers;
  }

  /** One of them. */
  final class Likeness implements AutoCloseable {
    private final UUID dataset;

    private Likeness(UUID dataset) {
      this.dataset = dataset;
    }

    /** The files. */
    Root root() {
      return Creation.root(hall, dataset);
    }

    @Override
    public void close() {
      try {
        hall.executor()
            .once("likeness-close", "destroy dataset " + dataset, () -> remove(hall, dataset));
      } catch (RuntimeException e) {
        leftovers.later("take away dataset " + dataset, () -> remove(hall, dataset));
      } finally {
        used.remove(dataset);
      }
    }
  }

  /**
   * Makes one; with the zone's lock. A zone that runs stands still for it.
   *
   * @param snapshot one of its snapshots; empty for what it has now
   */
  Likeness of(LocalZone zone, Optional<String> snapshot) {
    UUID dataset = UUID.randomUUID();
    boolean stands = snapshot.isEmpty() && zone.life().isPresent() && !zone.status().paused();
    used.add(dataset);
    try {
      make(dataset, zone.uuid(), snapshot, stands ? List.of(zone.uuid()) : List.of());
      return new Likeness(dataset);
    } catch (RuntimeException e) {
      used.remove(dataset);
      throw e;
    }
  }

  /** Whether it is one that somebody reads: what else of them is there is left over. */
  boolean isUsed(UUID dataset) {
    return used.contains(dataset);
  }

  private void make(UUID dataset, UUID from, Optional<String> snapshot, List<UUID> frozen) {
    List<Step.OfAnother> plan = new ArrayList<>();
    frozen.forEach(zone -> plan.add(new Step.OfAnother.Freeze(zone)));
    plan.add(new Step.OfAnother.Copy(dataset, from, snapshot));
    frozen.forEach(zone -> plan.add(new Step.OfAnother.Thaw(zone)));
    Map<String, Object> facts = StandStill.facts(frozen);
    Journal.Entry entry = hall.journal().begin(OPERATION, dataset, plan, facts);
    try {
      hall.executor().run(OPERATION, plan, (step, undo) -> work(hall, step, undo));
    } catch (RuntimeException e) {
      if (e.getSuppressed().length == 0) {
        entry.done();
      } else {
        leftovers.later("have zones go on", () -> StandStill.end(hall, frozen));
        leftovers.later("take away dataset " + dataset, () -> remove(hall, dataset));
      }
      throw e;
    }
  }

  /** Does one step of what makes a dataset of another zone's. */
  static void work(Hall hall, Step.OfAnother step, Undo undo) {
    ZoneDatasets datasets = new ZoneDatasets(hall.storage(), hall.volumes());
    switch (step) {
      case Step.OfAnother.Freeze(UUID from) -> {
        datasets.settle(from, hall.cgroup(from));
        undo.add(() -> hall.cgroup(from).thaw());
        hall.cgroup(from).freeze(Ending.PATIENCE);
      }
      case Step.OfAnother.Copy(UUID uuid, UUID from, Optional<String> snapshot) -> {
        undo.add(() -> hall.storage().destroy(uuid));
        datasets.copy(from, snapshot, uuid);
      }
      case Step.OfAnother.Thaw(UUID from) -> hall.cgroup(from).thaw();
    }
  }

  /** Takes away what was there when we died. */
  static void recover(Hall hall, Journal.Intent intent) {
    remove(hall, intent.zone());
  }

  private static void remove(Hall hall, UUID dataset) {
    hall.storage().destroy(dataset);
    hall.journal().done(OPERATION, dataset);
  }
}
