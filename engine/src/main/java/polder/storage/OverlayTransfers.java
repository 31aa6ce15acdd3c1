package polder.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.linux.Trash;
import polder.linux.Tree;
import polder.linux.TreeCopy;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.storage.stream.ChangedTree;
import polder.storage.stream.TreeChanges;

/**
 * {@link OverlayStorage}'s datasets on their way out and in. What goes out is found by comparing
 * the trees that a zone would see; what comes in is written into a tree, or into an overlay of the
 * image's layers, and becomes a snapshot with the id of the original.
 */
final class OverlayTransfers {
  private static final FileName SNAPSHOTS = OverlaySnapshots.SNAPSHOTS;
  private static final UUID AN_IMAGE = new UUID(0, 0);
  private static final int OWNER_ONLY = 0700;

  private final Path place;
  private final Directory directory;
  private final Trash trash;
  private final Function<String, Consumer<String>> failpoints;

  OverlayTransfers(
      Path place, Directory directory, Trash trash, Function<String, Consumer<String>> failpoints) {
    this.place = place;
    this.directory = directory;
    this.trash = trash;
    this.failpoints = failpoints;
  }

  private Directory dataset(UUID zone) {
    FileName name = FileName.of(zone.toString());
    if (directory.find(name).isEmpty()) {
      throw StorageFailure.noDataset(zone);
    }
    return directory.enter(name);
  }

  private static Directory enter(Directory dataset, UUID zone, FileName snapshot, String name) {
    if (dataset.find(SNAPSHOTS).isPresent()) {
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        if (snapshots.find(snapshot).isPresent()) {
          return snapshots.enter(snapshot);
        }
      }
    }
    throw StorageFailure.noSnapshot(zone, name);
  }

  /**
   * What a zone would see of what {@code holder}, the dataset or a snapshot of it, has.
   *
   * @param path the path of {@code holder}
   */
  private static Directory seen(Directory dataset, Directory holder, Path path) {
    FileName files = OverlayStorage.files(holder);
    if (files.equals(OverlayStorage.UPPER)) {
      List<Path> layers = new ArrayList<>(LayerList.read(dataset, OverlayStorage.LAYERS));
      layers.add(path.resolve(files.toString()));
      return SeenRoot.of(layers);
    }
    try (Directory tree = holder.enter(files)) {
      return SeenRoot.of(tree);
    }
  }

  private Path path(UUID zone) {
    return place.resolve(zone.toString());
  }

  private static Path path(Path dataset, FileName snapshot) {
    return dataset.resolve(SNAPSHOTS.toString()).resolve(snapshot.toString());
  }

  void send(UUID zone, String name, Origin origin, OutputStream to) throws IOException {
    FileName file = SnapshotName.file(name);
    try (Directory dataset = dataset(zone);
        Directory snapshot = enter(dataset, zone, file, name);
        Directory after = seen(dataset, snapshot, path(path(zone), file))) {
      UUID id = OverlaySnapshots.about(zone, snapshot, name).id();
      switch (origin) {
        case Origin.Nothing() ->
            TreeChanges.write(Optional.empty(), Optional.empty(), after, id, to);
        case Origin.Image(List<Path> layers) -> {
          try (Directory before = SeenRoot.of(layers)) {
            TreeChanges.write(Optional.of(before), Optional.of(AN_IMAGE), after, id, to);
          }
        }
        case Origin.Snapshot(String since) -> {
          FileName other = SnapshotName.file(since);
          try (Directory former = enter(dataset, zone, other, since);
              Directory before = seen(dataset, former, path(path(zone), other))) {
            UUID was = OverlaySnapshots.about(zone, former, since).id();
            TreeChanges.write(Optional.of(before), Optional.of(was), after, id, to);
          }
        }
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("send snapshot '%s' of zone %s".formatted(name, zone), e);
    } catch (IllegalArgumentException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot send snapshot '%s' of zone %s: %s".formatted(name, zone, e.getMessage()),
          e);
    }
  }

  boolean isAt(UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    try (Directory dataset = dataset(zone);
        Directory snapshot = enter(dataset, zone, file, name);
        Directory then = seen(dataset, snapshot, path(path(zone), file));
        Directory now = seen(dataset, dataset, path(zone))) {
      return !TreeChanges.differ(then, now);
    } catch (SyscallException e) {
      throw StorageFailure.of("compare zone %s with its snapshot '%s'".formatted(zone, name), e);
    }
  }

  /** Brings what was received before our death to its end, or takes it away. */
  void settle(UUID zone) {
    try (Directory dataset = dataset(zone)) {
      if (dataset.find(SNAPSHOTS).isEmpty()) {
        return;
      }
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        Optional<String> accepted = Arrivals.accepted(dataset);
        if (accepted.isPresent()) {
          FileName last = Arrivals.hidden(accepted.get());
          if (snapshots.find(last).isPresent()) { // else all of it was done but to say so
            try (Making made = new Making(OverlayStorage.making(zone + ".receive"));
                Directory snapshot = snapshots.enter(last)) {
              copyFiles(snapshot, made.directory);
              made.directory.syncFileSystem();
              exchange(dataset, made);
            }
          }
          Arrivals.show(dataset, snapshots);
        }
        Arrivals.drop(snapshots, Tree::delete);
      }
    }
  }

  /** The zones of which something was being received when we died. */
  boolean isUnsettled(FileName name) {
    try (Directory dataset = directory.enter(name)) {
      if (dataset.find(SNAPSHOTS).isEmpty()) {
        return false;
      }
      try (Directory snapshots = dataset.enter(SNAPSHOTS)) {
        return Arrivals.accepted(dataset).isPresent()
            || snapshots.entries().stream().anyMatch(entry -> Arrivals.isHidden(entry.name()));
      }
    }
  }

  private static long copyFiles(Directory holder, Directory to) {
    FileName files = OverlayStorage.files(holder);
    try (Directory original = holder.enter(files)) {
      return TreeCopy.copy(original, to, files);
    }
  }

  private static void exchange(Directory dataset, Making made) {
    FileName files = OverlayStorage.files(made.directory);
    if (files.equals(OverlayStorage.UPPER)) {
      try (Directory work = dataset.enter(OverlayStorage.WORK)) {
        Tree.empty(work); // the kernel's notes there may be of the directory that goes
      }
    }
    dataset.exchange(files, made.directory, files);
    dataset.sync();
  }

  Reception receive(UUID zone) {
    try {
      return new Incoming(zone);
    } catch (SyscallException e) {
      throw StorageFailure.of("receive zone " + zone, e);
    }
  }

  /** What is being put together; what is left of it at the end is removed. */
  private final class Making implements AutoCloseable {
    private final FileName name;
    private final Directory directory;

    Making(FileName name) {
      this.name = name;
      Tree.delete(OverlayTransfers.this.directory, name);
      OverlayTransfers.this.directory.makeDirectory(name, OWNER_ONLY);
      this.directory = OverlayTransfers.this.directory.enter(name);
    }

    Path path() {
      return place.resolve(name.toString());
    }

    @Override
    public void close() {
      directory.close();
      Tree.delete(OverlayTransfers.this.directory, name);
    }
  }

  /** What comes in for one dataset. */
  private final class Incoming implements Reception {
    private final UUID zone;
    private final boolean further;
    private final FileName name;
    private final Directory dataset;
    private final Directory snapshots;
    private final Consumer<String> places;
    private @Nullable String last;
    private boolean finished;

    Incoming(UUID zone) {
      this.zone = zone;
      FileName shown = FileName.of(zone.toString());
      this.further = directory.find(shown).isPresent();
      this.name = further ? shown : OverlayStorage.making(zone.toString());
      this.places = failpoints.apply("dataset-receive");
      if (!further) {
        Tree.delete(directory, name);
        directory.makeDirectory(name, OWNER_ONLY);
      }
      this.dataset = directory.enter(name);
      this.snapshots = dataset.ensureDirectory(SNAPSHOTS, OWNER_ONLY);
    }

    @Override
    public void take(Origin origin, String name, UUID id, InputStream changes) throws IOException {
      FileName hidden = Arrivals.hidden(name);
      if (snapshots.find(SnapshotName.file(name)).isPresent()
          || snapshots.find(hidden).isPresent()) {
        throw StorageFailure.isThere(zone, name);
      }
      String step = "receive snapshot '%s' of dataset %s".formatted(name, zone);
      try (Making made = new Making(OverlayStorage.making(zone + ".receive"))) {
        places.accept(step);
        fill(made, origin, id, changes);
        long bytes = OverlayStorage.used(made.directory, new HashSet<>());
        OverlaySnapshots.describe(made.directory, bytes, id);
        made.directory.syncFileSystem();
        places.accept(step);
        directory.renameNew(made.name, snapshots, hidden);
        last = name;
      } catch (SyscallException e) {
        throw StorageFailure.of("receive snapshot '%s' of zone %s".formatted(name, zone), e);
      }
    }

    private void fill(Making made, Origin origin, UUID id, InputStream changes) throws IOException {
      switch (origin) {
        case Origin.Nothing() -> {
          OverlayStorage.makeOpen(made.directory, OverlayStorage.TREE);
          try (Directory tree = made.directory.enter(OverlayStorage.TREE)) {
            ChangedTree.apply(changes, tree, id, Optional.empty(), Optional.empty());
          }
        }
        case Origin.Image(List<Path> layers) -> {
          LayerList.write(dataset, OverlayStorage.LAYERS, layers);
          OverlayStorage.makeOpen(made.directory, OverlayStorage.UPPER);
          try (Directory before = SeenRoot.of(layers)) {
            apply(made, before, id, changes);
          }
        }
        case Origin.Snapshot(String earlier) -> {
          FileName hidden = Arrivals.hidden(earlier);
          FileName file = snapshots.find(hidden).isPresent() ? hidden : SnapshotName.file(earlier);
          Path path = path(place.resolve(this.name.toString()), file);
          try (Directory former = enter(dataset, zone, file, earlier);
              Directory before = seen(dataset, former, path)) {
            copyFiles(former, made.directory);
            apply(made, before, id, changes);
          }
        }
      }
    }

    /** Makes the changes to what was copied, as a zone would see it. */
    private void apply(Making made, Directory before, UUID id, InputStream changes)
        throws IOException {
      FileName files = OverlayStorage.files(made.directory);
      if (!files.equals(OverlayStorage.UPPER)) {
        try (Directory tree = made.directory.enter(files)) {
          ChangedTree.apply(changes, tree, id, Optional.of(before), Optional.empty());
        }
        return;
      }
      made.directory.makeDirectory(OverlayStorage.WORK, OWNER_ONLY);
      Root.Overlay overlay =
          new Root.Overlay(
              LayerList.read(dataset, OverlayStorage.LAYERS),
              made.path().resolve(files.toString()),
              made.path().resolve(OverlayStorage.WORK.toString()));
      try (Directory tree = StoppedRoot.open(overlay)) {
        ChangedTree.apply(changes, tree, id, Optional.of(before), Optional.empty());
      }
      Tree.delete(made.directory, OverlayStorage.WORK);
    }

    @Override
    public Root finish() {
      String newest = last;
      if (newest == null) {
        throw new IllegalStateException("nothing was taken in");
      }
      String step = "show what was received of dataset " + zone;
      try (Directory snapshot = snapshots.enter(Arrivals.hidden(newest))) {
        if (further) {
          become(newest, snapshot);
        } else {
          copyFiles(snapshot, dataset);
          if (dataset.find(OverlayStorage.UPPER).isPresent()) {
            dataset.makeDirectory(OverlayStorage.WORK, OWNER_ONLY);
          }
          Arrivals.show(dataset, snapshots);
          dataset.syncFileSystem();
          places.accept(step);
          directory.renameNew(name, directory, FileName.of(zone.toString()));
          finished = true;
        }
        places.accept(step);
        return root();
      } catch (SyscallException e) {
        throw StorageFailure.of("receive zone " + zone, e);
      }
    }

    private void become(String newest, Directory snapshot) {
      try (Making made = new Making(OverlayStorage.making(zone + ".receive"))) {
        copyFiles(snapshot, made.directory);
        made.directory.syncFileSystem();
        snapshots.sync();
        places.accept("copy what was received of dataset " + zone);
        Arrivals.accept(dataset, newest);
        boolean done = false;
        try {
          places.accept("exchange the files of dataset " + zone);
          exchange(dataset, made);
          done = true;
        } finally {
          if (!done) {
            Arrivals.forget(dataset);
          }
        }
        finished = true;
        Arrivals.show(dataset, snapshots);
        trash.put(made.name);
      }
    }

    private Root root() {
      try (Directory shown = directory.enter(FileName.of(zone.toString()))) {
        return OverlayStorage.root(path(zone), shown);
      }
    }

    @Override
    public void close() {
      try {
        if (!finished) {
          Arrivals.drop(snapshots, Tree::delete);
        }
        snapshots.close();
        dataset.close();
        if (!finished && !further) {
          Tree.delete(directory, name);
        }
      } catch (SyscallException e) {
        throw StorageFailure.of("take away what was received of zone " + zone, e);
      }
    }
  }
}
