package polder.storage;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.Subvolume;

/** What is where in a dataset of {@link BtrfsStorage}. */
final class BtrfsDataset {
  static final FileName ROOT = FileName.of("root");
  static final FileName NEW_ROOT = FileName.of("making-root");
  static final FileName SNAPSHOTS = FileName.of("snapshots");
  static final FileName LAYERS = FileName.of("layers");
  static final int OWNER_ONLY = 0700;

  private BtrfsDataset() {}

  static Directory open(Directory zones, UUID zone) {
    FileName name = FileName.of(zone.toString());
    if (zones.find(name).isEmpty()) {
      throw StorageFailure.noDataset(zone);
    }
    return zones.enter(name);
  }

  static Directory snapshot(Directory dataset, UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    if (dataset.find(SNAPSHOTS).isPresent()) {
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        if (snapshots.find(file).isPresent()) {
          return snapshots.enter(file);
        }
      }
    }
    throw StorageFailure.noSnapshot(zone, name);
  }

  static List<StoredSnapshot> snapshots(Directory dataset) {
    if (dataset.find(SNAPSHOTS).isEmpty()) {
      return List.of();
    }
    Map<Long, StoredSnapshot> byNumber = new TreeMap<>(); // finer than the clock
    try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
      for (DirectoryEntry entry : snapshots.entries()) {
        if (!Arrivals.isHidden(entry.name())) {
          Subvolume snapshot = look(snapshots, entry.name());
          byNumber.put(snapshot.id(), about(entry.name(), snapshot));
        }
      }
    }
    return List.copyOf(byNumber.values());
  }

  static StoredSnapshot about(Directory snapshots, FileName name) {
    return about(name, look(snapshots, name));
  }

  private static StoredSnapshot about(FileName name, Subvolume snapshot) {
    return new StoredSnapshot(
        name.toString(), snapshot.created(), OptionalLong.empty(), id(snapshot));
  }

  /** What the kernel calls it in a stream. */
  static UUID id(Subvolume snapshot) {
    return snapshot.received().equals(Subvolume.NONE) ? snapshot.uuid() : snapshot.received();
  }

  static Subvolume look(Directory place, FileName name) {
    try (Directory snapshot = place.enter(name)) {
      return Subvolume.of(snapshot.fd());
    }
  }
}
