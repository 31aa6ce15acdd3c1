package polder.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Subvolume;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.storage.stream.ChangedTree;
import polder.storage.stream.TreeChanges;

/**
 * {@link BtrfsStorage}'s datasets on their way out and in. Out go the kernel's own streams. What
 * comes in is written into a subvolume, which then becomes read-only and a snapshot with the id of
 * the original: so the next one can be sent and received by difference, in both directions.
 */
final class BtrfsTransfers {
  private static final FileName DRAFT = FileName.of(".receiving");
  private static final FileName COMPARED = FileName.of(".compared");

  private final Path place;
  private final Directory top;
  private final Directory zones;
  private final BtrfsBases bases;
  private final BtrfsGroups groups;
  private final Function<String, Consumer<String>> failpoints;

  BtrfsTransfers(
      Path place,
      Directory top,
      Directory zones,
      BtrfsBases bases,
      BtrfsGroups groups,
      Function<String, Consumer<String>> failpoints) {
    this.place = place;
    this.top = top;
    this.zones = zones;
    this.bases = bases;
    this.groups = groups;
    this.failpoints = failpoints;
  }

  void send(UUID zone, String name, Origin origin, OutputStream to) throws IOException {
    try (Directory dataset = BtrfsDataset.open(zones, zone);
        Directory snapshot = BtrfsDataset.snapshot(dataset, zone, name)) {
      switch (origin) {
        case Origin.Nothing() -> BtrfsSend.copy(snapshot, 0, to);
        case Origin.Snapshot(String before) -> {
          try (Directory since = BtrfsDataset.snapshot(dataset, zone, before)) {
            BtrfsSend.copy(snapshot, Subvolume.of(since.fd()).id(), to);
          }
        }
        case Origin.Image image -> {
          try (Directory base = base(image)) {
            BtrfsSend.copy(snapshot, Subvolume.of(base.fd()).id(), to);
          }
        }
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("send snapshot '%s' of zone %s".formatted(name, zone), e);
    }
  }

  private Directory base(Origin.Image image) {
    bases.lock().lock();
    try {
      return bases.ensure(image.layers());
    } finally {
      bases.lock().unlock();
    }
  }

  boolean isAt(UUID zone, String name) {
    try (Directory dataset = BtrfsDataset.open(zones, zone);
        Directory snapshot = BtrfsDataset.snapshot(dataset, zone, name);
        Directory snapshots = dataset.enter(BtrfsDataset.SNAPSHOTS)) {
      Subvolumes.destroy(snapshots, COMPARED);
      try (Directory root = dataset.enter(BtrfsDataset.ROOT)) {
        Subvolume.snapshot(root.fd(), snapshots, COMPARED, true);
      }
      try (Directory now = snapshots.enter(COMPARED)) {
        long since = Subvolume.of(snapshot.fd()).id();
        return !BtrfsSend.read(now, since, TreeChanges::differ)
            || !TreeChanges.differ(snapshot, now); // the kernel tells more than has changed
      } finally {
        Subvolumes.destroy(snapshots, COMPARED);
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("compare zone %s with its snapshot '%s'".formatted(zone, name), e);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot compare zone %s with its snapshot '%s': %s".formatted(zone, name, e.getMessage()),
          e);
    }
  }

  /** Brings what was received before our death to its end, or takes it away. */
  void settle(Directory dataset) {
    if (dataset.find(BtrfsDataset.SNAPSHOTS).isEmpty()) {
      return;
    }
    try (Directory snapshots = dataset.enter(BtrfsDataset.SNAPSHOTS)) {
      Optional<String> accepted = Arrivals.accepted(dataset);
      if (accepted.isPresent()) {
        FileName last = Arrivals.hidden(accepted.get());
        if (snapshots.find(last).isPresent()) { // else all of it was done but to say so
          prepare(dataset, snapshots, last);
          dataset.exchange(BtrfsDataset.NEW_ROOT, dataset, BtrfsDataset.ROOT);
          Btrfs.sync(top.fd());
          Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
        }
        Arrivals.show(dataset, snapshots);
      }
      Arrivals.drop(snapshots, Subvolumes::destroy);
    }
  }

  private void prepare(Directory dataset, Directory snapshots, FileName last) {
    Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
    try (Directory snapshot = snapshots.enter(last)) {
      Subvolume.snapshot(snapshot.fd(), dataset, BtrfsDataset.NEW_ROOT, false);
    }
    groups.join(dataset, BtrfsDataset.NEW_ROOT);
  }

  Reception receive(UUID zone) {
    try {
      return new Incoming(zone);
    } catch (SyscallException e) {
      throw StorageFailure.of("receive zone " + zone, e);
    }
  }

  /** What comes in for one dataset. */
  private final class Incoming implements Reception {
    private final UUID zone;
    private final boolean further;
    private final FileName making;
    private final Directory dataset;
    private final Directory snapshots;
    private final Consumer<String> places;
    private @Nullable String last;
    private boolean finished;

    Incoming(UUID zone) {
      this.zone = zone;
      FileName name = FileName.of(zone.toString());
      this.further = zones.find(name).isPresent();
      this.making = FileName.of(BtrfsStorage.MAKING + zone);
      this.places = failpoints.apply("dataset-receive");
      if (!further) {
        Subvolumes.destroy(zones, making);
        zones.makeDirectory(making, BtrfsDataset.OWNER_ONLY);
      }
      this.dataset = zones.enter(further ? name : making);
      this.snapshots = dataset.ensureDirectory(BtrfsDataset.SNAPSHOTS, BtrfsDataset.OWNER_ONLY);
    }

    private String step(String name) {
      return "receive snapshot '%s' of dataset %s".formatted(name, zone);
    }

    @Override
    public void take(Origin origin, String name, UUID id, InputStream changes) throws IOException {
      FileName file = SnapshotName.file(name);
      FileName hidden = Arrivals.hidden(name);
      if (snapshots.find(file).isPresent() || snapshots.find(hidden).isPresent()) {
        throw StorageFailure.isThere(zone, name);
      }
      try {
        Subvolumes.destroy(snapshots, DRAFT);
        places.accept(step(name));
        fill(origin, id, changes);
        Btrfs.sync(top.fd());
        places.accept(step(name));
        snapshots.rename(DRAFT, snapshots, hidden);
        last = name;
      } catch (SyscallException e) {
        throw StorageFailure.of("receive snapshot '%s' of zone %s".formatted(name, zone), e);
      }
    }

    private void fill(Origin origin, UUID id, InputStream changes) throws IOException {
      switch (origin) {
        case Origin.Nothing() -> {
          Subvolume.create(snapshots, DRAFT);
          apply(Optional.empty(), id, changes);
        }
        case Origin.Image image -> {
          LayerList.write(dataset, BtrfsDataset.LAYERS, image.layers());
          try (Directory base = base(image)) {
            Subvolume.snapshot(base.fd(), snapshots, DRAFT, false);
            apply(Optional.of(base), id, changes);
          }
        }
        case Origin.Snapshot(String name) -> {
          FileName hidden = Arrivals.hidden(name);
          try (Directory before =
              snapshots.find(hidden).isPresent()
                  ? snapshots.enter(hidden)
                  : BtrfsDataset.snapshot(dataset, zone, name)) {
            Subvolume.snapshot(before.fd(), snapshots, DRAFT, false);
            apply(Optional.of(before), id, changes);
          }
        }
      }
    }

    private void apply(Optional<Directory> before, UUID id, InputStream changes)
        throws IOException {
      if (groups.of(dataset) == 0) {
        groups.make(dataset, snapshots, DRAFT);
      } else {
        groups.join(dataset, snapshots, DRAFT);
      }
      try (Directory draft = snapshots.enter(DRAFT)) {
        if (before.isEmpty()) {
          draft.node().mode(0755); // as / itself, unless the stream says something else
        }
        ChangedTree.apply(changes, draft, id, before, Optional.empty());
        Subvolume.receivedFrom(draft.fd(), id);
        Subvolume.readOnly(draft.fd(), true);
      }
    }

    @Override
    public Root finish() {
      String name = last;
      if (name == null) {
        throw new IllegalStateException("nothing was taken in");
      }
      String step = "show what was received of dataset " + zone;
      try {
        prepare(dataset, snapshots, Arrivals.hidden(name));
        places.accept(step);
        if (further) {
          Arrivals.accept(dataset, name);
          exchange();
          finished = true;
          Arrivals.show(dataset, snapshots);
          Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
        } else {
          dataset.rename(BtrfsDataset.NEW_ROOT, dataset, BtrfsDataset.ROOT);
          Arrivals.show(dataset, snapshots);
          Btrfs.sync(top.fd());
          zones.rename(making, zones, FileName.of(zone.toString()));
          finished = true;
        }
        places.accept(step);
        return new Root.Tree(place.resolve("zones/%s/%s".formatted(zone, BtrfsDataset.ROOT)));
      } catch (SyscallException e) {
        throw StorageFailure.of("receive zone " + zone, e);
      }
    }

    private void exchange() {
      boolean done = false;
      try {
        places.accept("exchange the root of dataset " + zone);
        dataset.exchange(BtrfsDataset.NEW_ROOT, dataset, BtrfsDataset.ROOT);
        done = true;
        Btrfs.sync(top.fd());
      } finally {
        if (!done) {
          Arrivals.forget(dataset);
        }
      }
    }

    @Override
    public void close() {
      try {
        if (!finished) {
          Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
          Arrivals.drop(snapshots, Subvolumes::destroy);
        }
        snapshots.close();
        dataset.close();
        if (!finished && !further) {
          Subvolumes.destroy(zones, making);
        }
      } catch (SyscallException e) {
        throw StorageFailure.of("take away what was received of zone " + zone, e);
      }
    }
  }
}
