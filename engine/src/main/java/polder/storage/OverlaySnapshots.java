package polder.storage;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.linux.Trash;
import polder.linux.Tree;
import polder.linux.TreeCopy;

/**
 * Snapshots of {@link OverlayStorage}'s datasets: copies of what a zone wrote.
 *
 * <p>One is {@code UUID/snapshots/NAME}, with {@code root} or {@code upper} as the dataset has it,
 * and {@code about}: when it was taken, how many bytes it has, and its id. It is put together as
 * {@code making-UUID.…} beside the datasets, synced, and renamed into place. For a rollback the
 * copy changes places with what the zone has, in one step; what the zone had is then where the next
 * opening sweeps.
 */
final class OverlaySnapshots {
  static final FileName SNAPSHOTS = FileName.of("snapshots");
  private static final FileName ABOUT = FileName.of("about");
  private static final int OWNER_ONLY = 0700;
  private static final int MOST_TEXT = 1 << 20;

  private final Directory directory;
  private final Trash trash;
  private final Function<String, Consumer<String>> failpoints;

  OverlaySnapshots(
      Directory directory, Trash trash, Function<String, Consumer<String>> failpoints) {
    this.directory = directory;
    this.trash = trash;
    this.failpoints = failpoints;
  }

  StoredSnapshot take(UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    try (Directory dataset = dataset(zone);
        Directory snapshots = dataset.ensureDirectory(SNAPSHOTS, OWNER_ONLY)) {
      if (snapshots.find(file).isEmpty()) {
        Consumer<String> places = failpoints.apply("dataset-snapshot");
        FileName making = making(zone, "snapshot");
        String step = "copy dataset %s as snapshot '%s'".formatted(zone, name);
        places.accept(step);
        try (Making made = new Making(making)) {
          FileName files = OverlayStorage.files(dataset);
          long bytes = copy(dataset, files, made.directory);
          describe(made.directory, bytes, UUID.randomUUID());
          made.directory.syncFileSystem();
          places.accept(step);
          directory.renameNew(making, snapshots, file);
          syncOrElse(
              snapshots,
              () -> {
                snapshots.rename(file, directory, making);
              });
          dataset.sync();
        }
        places.accept("name snapshot '%s' of dataset %s".formatted(name, zone));
      }
      return about(zone, snapshots, file);
    } catch (SyscallException e) {
      throw StorageFailure.of("take snapshot '%s' of zone %s".formatted(name, zone), e);
    }
  }

  List<StoredSnapshot> list(UUID zone) {
    try (Directory dataset = dataset(zone)) {
      if (dataset.find(SNAPSHOTS).isEmpty()) {
        return List.of();
      }
      List<StoredSnapshot> found = new ArrayList<>();
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        for (DirectoryEntry entry : snapshots.entries()) {
          if (!Arrivals.isHidden(entry.name())) {
            found.add(about(zone, snapshots, entry.name()));
          }
        }
      }
      return StoredSnapshot.byAge(found);
    } catch (SyscallException e) {
      throw StorageFailure.of("list the snapshots of zone " + zone, e);
    }
  }

  private static StoredSnapshot about(UUID zone, Directory snapshots, FileName name) {
    try (Directory snapshot = snapshots.enter(name)) {
      return about(zone, snapshot, name.toString());
    }
  }

  /** What a snapshot says of itself. */
  static StoredSnapshot about(UUID zone, Directory snapshot, String name) {
    UUID unknown = UUID.nameUUIDFromBytes((zone + "@" + name).getBytes(StandardCharsets.UTF_8));
    try (var file = snapshot.read(ABOUT)) {
      String[] lines = new String(file.readAll(MOST_TEXT), StandardCharsets.UTF_8).split("\n", -1);
      return new StoredSnapshot(
          name,
          Instant.parse(lines[0]),
          OptionalLong.of(Long.parseLong(lines.length > 1 ? lines[1] : "")),
          lines.length > 2 && !lines[2].isEmpty() ? UUID.fromString(lines[2]) : unknown);
    } catch (SyscallException | DateTimeException | IllegalArgumentException e) {
      // damaged: its files are there all the same
      return new StoredSnapshot(
          name, snapshot.node().stat().modified(), OptionalLong.empty(), unknown);
    }
  }

  /** Has a snapshot say of itself when it was taken, how large it is, and which it is. */
  static void describe(Directory snapshot, long bytes, UUID id) {
    write(snapshot, ABOUT, "%s\n%d\n%s\n".formatted(Instant.now(), bytes, id));
  }

  void remove(UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    if (directory.find(FileName.of(zone.toString())).isEmpty()) {
      return;
    }
    try (Directory dataset = dataset(zone)) {
      if (dataset.find(SNAPSHOTS).isEmpty()) {
        return;
      }
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        Consumer<String> places = failpoints.apply("dataset-snapshot-remove");
        String step = "remove snapshot '%s' of dataset %s".formatted(name, zone);
        places.accept(step);
        trash.put(snapshots, file);
        snapshots.sync();
        places.accept(step);
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("remove snapshot '%s' of zone %s".formatted(name, zone), e);
    }
  }

  void rollback(UUID zone, String name) {
    try (Directory dataset = dataset(zone);
        Directory snapshot = snapshot(dataset, zone, name)) {
      Consumer<String> places = failpoints.apply("dataset-rollback");
      String copying = "copy snapshot '%s' of dataset %s".formatted(name, zone);
      places.accept(copying);
      try (Making made = new Making(making(zone, "rollback"))) {
        FileName files = OverlayStorage.files(snapshot);
        copy(snapshot, files, made.directory);
        made.directory.syncFileSystem();
        places.accept(copying);
        if (files.equals(OverlayStorage.UPPER)) {
          try (Directory work = dataset.enter(OverlayStorage.WORK)) {
            Tree.empty(work); // the kernel's notes there may be of the directory that goes
          }
        }
        dataset.exchange(files, made.directory, files);
        syncOrElse(dataset, () -> dataset.exchange(files, made.directory, files));
        places.accept("put the copy into dataset " + zone);
        trash.put(made.name);
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("roll zone %s back to snapshot '%s'".formatted(zone, name), e);
    }
  }

  void copyTo(UUID from, Optional<String> name, UUID to) {
    FileName target = FileName.of(to.toString());
    if (directory.find(target).isPresent()) {
      return;
    }
    try (Directory dataset = dataset(from);
        Directory source =
            name.isPresent() ? snapshot(dataset, from, name.get()) : dataset.again()) {
      Consumer<String> places = failpoints.apply("dataset-clone");
      String copying = "copy dataset %s as %s".formatted(from, to);
      places.accept(copying);
      try (Making made = new Making(OverlayStorage.making(to.toString()))) {
        FileName files = OverlayStorage.files(source);
        copy(source, files, made.directory);
        if (files.equals(OverlayStorage.UPPER)) {
          made.directory.makeDirectory(OverlayStorage.WORK, OWNER_ONLY);
          LayerList.write(
              made.directory,
              OverlayStorage.LAYERS,
              LayerList.read(dataset, OverlayStorage.LAYERS));
        }
        made.directory.syncFileSystem();
        places.accept(copying);
        directory.renameNew(made.name, directory, target);
      }
      places.accept("name dataset " + to);
    } catch (SyscallException e) {
      throw StorageFailure.of("clone the dataset of zone %s as %s".formatted(from, to), e);
    }
  }

  private Directory dataset(UUID zone) {
    FileName name = FileName.of(zone.toString());
    if (directory.find(name).isEmpty()) {
      throw StorageFailure.noDataset(zone);
    }
    return directory.enter(name);
  }

  private static Directory snapshot(Directory dataset, UUID zone, String name) {
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

  private static FileName making(UUID zone, String what) {
    return OverlayStorage.making(zone + "." + what);
  }

  private static long copy(Directory from, FileName files, Directory to) {
    try (Directory original = from.enter(files)) {
      return TreeCopy.copy(original, to, files);
    }
  }

  /** A name that is not on the disk for sure is none: it is taken back. */
  private static void syncOrElse(Directory directory, Runnable back) {
    try {
      directory.sync();
    } catch (SyscallException e) {
      try {
        back.run();
      } catch (SyscallException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  private static void write(Directory directory, FileName name, String text) {
    try (var file = directory.create(name, 0600)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      file.write(bytes, 0, bytes.length);
      file.sync();
    }
  }

  /** What is being put together; what is left of it at the end is removed. */
  private final class Making implements AutoCloseable {
    private final FileName name;
    private final Directory directory;

    Making(FileName name) {
      this.name = name;
      Tree.delete(OverlaySnapshots.this.directory, name);
      OverlaySnapshots.this.directory.makeDirectory(name, OWNER_ONLY);
      this.directory = OverlaySnapshots.this.directory.enter(name);
    }

    @Override
    public void close() {
      directory.close();
      Tree.delete(OverlaySnapshots.this.directory, name);
    }
  }
}
