package polder.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import polder.linux.Cgroup;
import polder.model.Snapshot;
import polder.storage.Storage;
import polder.storage.StoredSnapshot;

/**
 * A zone's datasets as one. What is asked of them is done with each; a snapshot is there when the
 * last of them has it, and that is the one of its root. Nothing else knows how many there are.
 */
final class ZoneDatasets {
  private static final long NEXT_TO_NOTHING = 1 << 20; // bytes; finer nobody counts them

  private final Storage storage;
  private final VolumeTable volumes;

  ZoneDatasets(Storage storage, VolumeTable volumes) {
    this.storage = storage;
    this.volumes = volumes;
  }

  /** The datasets of a zone, those of its own volumes first, that of its root last. */
  private List<UUID> of(UUID zone) {
    return Stream.concat(
            volumes.ownOf(zone).stream().map(VolumeRecord::uuid).sorted(), Stream.of(zone))
        .toList();
  }

  /** Whether it has no dataset but that of its root. */
  boolean isOne(UUID zone) {
    return of(zone).size() == 1;
  }

  /**
   * Brings to the disk what can be brought there while the zone still runs: then it stands still
   * for the shorter. Where there is next to nothing, that would cost more than it gains.
   */
  void settle(UUID zone, Cgroup cgroup) {
    OptionalLong dirty = cgroup.dirty();
    if (dirty.isEmpty() || dirty.getAsLong() > NEXT_TO_NOTHING) {
      of(zone).forEach(storage::settle);
    }
  }

  /** Takes a snapshot of a zone that stands still. */
  void take(UUID zone, String name) {
    of(zone).forEach(dataset -> storage.snapshot(dataset, name));
  }

  /** The zone's snapshots, the oldest first. */
  List<Snapshot> snapshots(UUID zone) {
    return storage.snapshots(of(zone).getLast()).stream().map(ZoneDatasets::seen).toList();
  }

  private static Snapshot seen(StoredSnapshot stored) {
    Optional<Long> size =
        stored.used().isPresent() ? Optional.of(stored.used().getAsLong()) : Optional.empty();
    return new Snapshot(stored.name(), stored.created(), size);
  }

  /** Takes a snapshot away, or what there is of it. */
  void remove(UUID zone, String name) {
    of(zone).reversed().forEach(dataset -> storage.removeSnapshot(dataset, name));
  }

  /** Makes a zone that is down what it was at a snapshot; may be repeated when it broke off. */
  void rollback(UUID zone, String name) {
    of(zone).forEach(dataset -> storage.rollback(dataset, name));
  }

  /** Makes the datasets of a zone of another's, which stands still unless it is of a snapshot. */
  void copy(UUID from, Optional<String> snapshot, UUID to) {
    storage.clone(from, snapshot, to);
  }
}
