package polder.storage;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.Subvolume;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What is where in a dataset of {@link BtrfsStorage}. */
final class BtrfsDataset {
  static final FileName ROOT = FileName.of("root");
  static final FileName NEW_ROOT = FileName.of("making-root");
  static final FileName SNAPSHOTS = FileName.of("snapshots");
  static final FileName LAYERS = FileName.of("layers");
  private static final FileName RECORD = FileName.of("record.json");
  private static final int MOST_TEXT = 1 << 20; // as a request may have
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

  /** See {@link Storage#describe}. */
  static void describe(Directory zones, UUID uuid, byte[] record, Consumer<String> places) {
    try {
      if (zones.find(FileName.of(uuid.toString())).isEmpty()) {
        return;
      }
      try (Directory dataset = open(zones, uuid)) {
        String step = "write the record of dataset " + uuid;
        places.accept(step);
        if (dataset.find(RECORD).isPresent()) {
          DurableFile.replace(dataset, RECORD, record);
        } else {
          DurableFile.note(dataset, RECORD, record, 0600); // a new dataset is synced whole
        }
        places.accept(step);
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("write the record of dataset " + uuid, e);
    }
  }

  /** See {@link Storage#description}. */
  static Optional<byte[]> description(Directory zones, UUID uuid) {
    try (Directory dataset = open(zones, uuid)) {
      try (Directory root = dataset.enter(ROOT)) { // which follows no link
        if (!Subvolume.is(root.fd())) {
          throw new PolderException(
              ErrorKind.HOST, "dataset %s is damaged: its root is no subvolume".formatted(uuid));
        }
      }
      if (dataset.find(RECORD).isEmpty()) {
        return Optional.empty();
      }
      try (var file = dataset.read(RECORD)) {
        return Optional.of(file.readAll(MOST_TEXT));
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("read the record of dataset " + uuid, e);
    }
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
