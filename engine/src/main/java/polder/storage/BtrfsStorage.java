package polder.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.Subvolume;
import polder.linux.SyscallException;
import polder.model.DataCompression;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Datasets as subvolumes of a btrfs: snapshots, clones and rollbacks cost the same whatever the
 * size, and a dataset can have a quota.
 *
 * <p>Below its directory are {@code bases} ({@link BtrfsBases}) and {@code zones}. A dataset is
 * {@code zones/UUID}: the subvolume {@code root}, read-only ones in {@code snapshots}, {@code
 * layers} (its image's, a path a line), {@code record.json} (whose it is, for a host that finds it)
 * and {@code group} (the number of its quota group, where there are quotas). It is put together as
 * {@code making-UUID} and is {@code gone-UUID} while it is taken apart; a rollback prepares {@code
 * making-root} in it, which then changes places with {@code root}. All three are swept on opening.
 *
 * <p>A zone pays for what it wrote for as long as one of its snapshots, or a clone, has it; what
 * comes from its image is nobody's.
 */
public final class BtrfsStorage implements Storage, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.storage");
  private static final FileName ZONES = FileName.of("zones");
  private static final FileName BASES = FileName.of("bases");
  static final String MAKING = "making-";
  private static final String GONE = "gone-";

  private final Path place;
  private final Directory top;
  private final Directory zones;
  private final Directory basesDirectory;
  private final BtrfsBases bases;
  private final BtrfsGroups groups;
  private final BtrfsTransfers transfers;
  private final Function<String, Consumer<String>> failpoints;
  private final Set<String> stuck = ConcurrentHashMap.newKeySet();

  private BtrfsStorage(Path place, Directory top, Function<String, Consumer<String>> failpoints) {
    this.place = place;
    this.top = top;
    this.groups = new BtrfsGroups(top);
    this.failpoints = failpoints;
    this.zones = top.ensureDirectory(ZONES, BtrfsDataset.OWNER_ONLY);
    this.basesDirectory = top.ensureDirectory(BASES, BtrfsDataset.OWNER_ONLY);
    this.bases = new BtrfsBases(basesDirectory, failpoints);
    this.transfers = new BtrfsTransfers(place, top, zones, bases, groups, failpoints);
  }

  /**
   * Opens the storage in the directory {@code place} of a btrfs, and sweeps it.
   *
   * @param failpoints for the name of an operation, what is told before and after each of its
   *     steps, and may throw
   */
  public static BtrfsStorage open(Path place, Function<String, Consumer<String>> failpoints) {
    Directory top = Directory.open(place);
    try {
      BtrfsStorage storage = new BtrfsStorage(place, top, failpoints);
      storage.sweep();
      return storage;
    } catch (SyscallException e) {
      top.close();
      throw StorageFailure.of("open the storage " + place, e);
    }
  }

  private void sweep() {
    for (DirectoryEntry entry : zones.entries()) {
      String name = entry.name().toString();
      if (name.startsWith(MAKING) || name.startsWith(GONE)) {
        obliterate(entry.name());
      } else {
        try (Directory dataset = zones.enter(entry.name())) {
          Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
          DurableFile.sweep(dataset);
          transfers.settle(dataset);
        } catch (SyscallException e) {
          LOG.log(System.Logger.Level.WARNING, name + " in " + place + " cannot be swept", e);
        }
      }
    }
    collect(false);
  }

  /** Takes away what was renamed before, or has no name yet. */
  private void obliterate(FileName name) {
    try {
      if (zones.find(name).isPresent()) {
        try (Directory dataset = zones.enter(name)) {
          groups.limit(dataset, 0); // what is full takes no change, not even a removal
        }
      }
      Subvolumes.destroy(zones, name);
      stuck.remove(name.toString());
    } catch (SyscallException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot remove what was deleted: " + e.getMessage(), e);
      stuck.add(name.toString());
    }
  }

  /** Takes away bases and quota groups that are nobody's. */
  private void collect(boolean all) {
    try {
      List<List<Path>> used = new ArrayList<>();
      Set<Long> charged = new HashSet<>();
      for (DirectoryEntry entry : zones.entries()) {
        try (Directory dataset = zones.enter(entry.name())) {
          if (dataset.find(BtrfsDataset.LAYERS).isPresent()) {
            used.add(LayerList.read(dataset, BtrfsDataset.LAYERS));
          }
          charged.add(groups.of(dataset));
        } catch (SyscallException e) {
          if (!e.errno().equals(Errno.ENOENT)) { // another's, which was just taken away
            throw e;
          }
        }
      }
      bases.collect(used, all);
      groups.collect(charged);
    } catch (SyscallException | IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot collect in " + place + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String driver() {
    return "btrfs";
  }

  @Override
  public List<Fault> verify(ZoneSpec spec) {
    if (groups.there() || spec.get(ZoneProperties.QUOTA) == 0) {
      return List.of();
    }
    return List.of(new Fault("quota", noQuotas()));
  }

  private String noQuotas() {
    return "the btrfs at %s has no simple quotas; use 0, or switch them on (Linux 6.7, 'btrfs quota"
            .formatted(place)
        + " enable --simple') and restart the daemon";
  }

  @Override
  public void quota(UUID zone, long bytes) {
    if (!groups.there()) {
      if (bytes != 0) {
        throw new PolderException(ErrorKind.UNSUPPORTED, noQuotas());
      }
      return;
    }
    try (Directory dataset = dataset(zone)) {
      groups.limit(dataset, bytes);
    } catch (SyscallException e) {
      throw StorageFailure.of("set the quota of zone " + zone, e);
    }
  }

  @Override
  public void compress(UUID zone, String word) {
    try (Directory dataset = dataset(zone);
        Directory root = dataset.enter(BtrfsDataset.ROOT)) {
      BtrfsCompression.set(root, DataCompression.algorithm(word));
    } catch (SyscallException e) {
      throw StorageFailure.of("set the compression of the dataset of zone " + zone, e);
    }
  }

  @Override
  public Root create(UUID zone, List<Path> layers) {
    make(
        zone,
        "dataset-create",
        "make the dataset of zone " + zone,
        dataset -> {
          if (layers.isEmpty()) {
            Subvolume.create(dataset, BtrfsDataset.ROOT);
            try (Directory root = dataset.enter(BtrfsDataset.ROOT)) {
              root.node().mode(0755); // as / itself; those above are closed
            }
            return;
          }
          LayerList.note(dataset, BtrfsDataset.LAYERS, layers);
          bases.lock().lock();
          try (Directory base = bases.ensure(layers)) {
            Subvolume.snapshot(base.fd(), dataset, BtrfsDataset.ROOT, false);
          } finally {
            bases.lock().unlock();
          }
        });
    return find(zone).orElseThrow();
  }

  @Override
  public Root clone(UUID from, Optional<String> snapshot, UUID to) {
    make(
        to,
        "dataset-clone",
        "clone the dataset of zone %s as %s".formatted(from, to),
        dataset -> {
          try (Directory original = dataset(from);
              Directory source =
                  snapshot.isPresent()
                      ? BtrfsDataset.snapshot(original, from, snapshot.get())
                      : original.enter(BtrfsDataset.ROOT)) {
            if (original.find(BtrfsDataset.LAYERS).isPresent()) {
              LayerList.note(
                  dataset, BtrfsDataset.LAYERS, LayerList.read(original, BtrfsDataset.LAYERS));
            }
            Subvolume.snapshot(source.fd(), dataset, BtrfsDataset.ROOT, false);
          }
        });
    return find(to).orElseThrow();
  }

  /** Puts a dataset together, if it is not there. */
  private void make(UUID zone, String operation, String what, Consumer<Directory> fill) {
    FileName name = FileName.of(zone.toString());
    FileName making = FileName.of(MAKING + zone);
    boolean done = false;
    try {
      if (zones.find(name).isPresent()) {
        return;
      }
      Consumer<String> places = failpoints.apply(operation);
      Subvolumes.destroy(zones, making);
      places.accept(what);
      zones.makeDirectory(making, BtrfsDataset.OWNER_ONLY);
      try (Directory dataset = zones.enter(making)) {
        try {
          fill.accept(dataset);
        } catch (SyscallException e) {
          if (!StorageFailure.isFull(e)) {
            throw e;
          }
          collect(true); // what could be made again gives way to what is asked for
          Subvolumes.destroy(dataset, BtrfsDataset.ROOT);
          Subvolumes.destroy(dataset, BtrfsDataset.LAYERS);
          Btrfs.sync(top.fd());
          fill.accept(dataset);
        }
        groups.make(dataset, BtrfsDataset.ROOT);
      }
      places.accept(what);
      zones.rename(making, zones, name);
      places.accept("name dataset " + zone);
      done = true;
    } catch (SyscallException e) {
      throw StorageFailure.of(what, e);
    } finally {
      if (!done && zones.find(name).isEmpty()) {
        obliterate(making);
      }
    }
  }

  @Override
  public Optional<Root> find(UUID zone) {
    try {
      FileName name = FileName.of(zone.toString());
      if (zones.find(name).isEmpty()) {
        return Optional.empty();
      }
      Path root =
          place
              .resolve(ZONES.toString())
              .resolve(zone.toString())
              .resolve(BtrfsDataset.ROOT.toString());
      return Optional.of(new Root.Tree(root));
    } catch (SyscallException e) {
      throw StorageFailure.of("find the dataset of zone " + zone, e);
    }
  }

  @Override
  public void destroy(UUID zone) {
    FileName name = FileName.of(zone.toString());
    FileName gone = FileName.of(GONE + UUID.randomUUID());
    try {
      Consumer<String> places = failpoints.apply("dataset-destroy");
      places.accept("remove dataset " + zone);
      if (zones.find(name).isPresent()) {
        try {
          zones.rename(name, zones, gone);
        } catch (SyscallException e) {
          if (!StorageFailure.isFull(e)) {
            throw e;
          }
          gone = name; // removing makes room, which there is for no rename
        }
        obliterate(gone);
        collect(false);
      }
      places.accept("remove dataset " + zone);
    } catch (SyscallException e) {
      throw StorageFailure.of("destroy the dataset of zone " + zone, e);
    }
  }

  @Override
  public boolean isInstant(UUID zone) {
    return true;
  }

  @Override
  public void settle(UUID zone) {
    sync(); // a snapshot writes out whatever of its subvolume is still in memory
  }

  @Override
  public StoredSnapshot snapshot(UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    try (Directory dataset = dataset(zone);
        Directory snapshots =
            dataset.ensureDirectory(BtrfsDataset.SNAPSHOTS, BtrfsDataset.OWNER_ONLY)) {
      if (snapshots.find(file).isEmpty()) {
        Consumer<String> places = failpoints.apply("dataset-snapshot");
        String step = "take snapshot '%s' of dataset %s".formatted(name, zone);
        places.accept(step);
        try (Directory root = dataset.enter(BtrfsDataset.ROOT)) {
          Subvolume.snapshot(root.fd(), snapshots, file, true); // on the disk when this returns
        }
        places.accept(step);
      }
      return BtrfsDataset.about(snapshots, file);
    } catch (SyscallException e) {
      throw StorageFailure.of("take snapshot '%s' of zone %s".formatted(name, zone), e);
    }
  }

  @Override
  public List<StoredSnapshot> snapshots(UUID zone) {
    try (Directory dataset = dataset(zone)) {
      return BtrfsDataset.snapshots(dataset);
    } catch (SyscallException e) {
      throw StorageFailure.of("list the snapshots of zone " + zone, e);
    }
  }

  @Override
  public void removeSnapshot(UUID zone, String name) {
    FileName file = SnapshotName.file(name);
    try {
      if (zones.find(FileName.of(zone.toString())).isEmpty()) {
        return;
      }
      try (Directory dataset = dataset(zone)) {
        if (dataset.find(BtrfsDataset.SNAPSHOTS).isEmpty()) {
          return;
        }
        try (Directory snapshots = dataset.enter(BtrfsDataset.SNAPSHOTS)) {
          Consumer<String> places = failpoints.apply("dataset-snapshot-remove");
          String step = "remove snapshot '%s' of dataset %s".formatted(name, zone);
          places.accept(step);
          Subvolumes.destroy(snapshots, file);
          Btrfs.sync(top.fd());
          places.accept(step);
        }
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("remove snapshot '%s' of zone %s".formatted(name, zone), e);
    }
  }

  @Override
  public Root rollback(UUID zone, String name) {
    try (Directory dataset = dataset(zone);
        Directory snapshot = BtrfsDataset.snapshot(dataset, zone, name)) {
      Consumer<String> places = failpoints.apply("dataset-rollback");
      String step = "roll dataset %s back to snapshot '%s'".formatted(zone, name);
      Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT);
      places.accept(step);
      try {
        Subvolume.snapshot(snapshot.fd(), dataset, BtrfsDataset.NEW_ROOT, false);
        groups.join(dataset, BtrfsDataset.NEW_ROOT);
        places.accept("exchange the root of dataset " + zone);
        dataset.exchange(BtrfsDataset.NEW_ROOT, dataset, BtrfsDataset.ROOT);
        Btrfs.sync(top.fd());
        places.accept(step);
      } finally {
        Subvolumes.destroy(dataset, BtrfsDataset.NEW_ROOT); // what was prepared, or what was
      }
      return find(zone).orElseThrow();
    } catch (SyscallException e) {
      throw StorageFailure.of("roll zone %s back to snapshot '%s'".formatted(zone, name), e);
    }
  }

  private Directory dataset(UUID zone) {
    return BtrfsDataset.open(zones, zone);
  }

  @Override
  public void send(UUID zone, String snapshot, Origin origin, OutputStream to) throws IOException {
    transfers.send(zone, snapshot, origin, to);
  }

  @Override
  public Reception receive(UUID zone) {
    return transfers.receive(zone);
  }

  @Override
  public boolean isAt(UUID zone, String snapshot) {
    return transfers.isAt(zone, snapshot);
  }

  @Override
  public void sync() {
    try {
      Btrfs.sync(top.fd());
    } catch (SyscallException e) {
      throw StorageFailure.of("sync the storage " + place, e);
    }
  }

  @Override
  public List<String> stuck() {
    return stuck.stream().map(name -> place + "/" + ZONES + "/" + name).sorted().toList();
  }

  @Override
  public long used(UUID zone) {
    try {
      if (zones.find(FileName.of(zone.toString())).isEmpty()) {
        return 0;
      }
      try (Directory dataset = dataset(zone)) {
        return groups.there()
            ? groups.used(dataset)
            : OverlayStorage.used(dataset, new HashSet<>());
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("measure the dataset of zone " + zone, e);
    }
  }

  @Override
  public List<UUID> list() {
    try {
      return zones.entries().stream()
          .map(entry -> entry.name().toString())
          .filter(name -> OverlayStorage.DATASET.matcher(name).matches())
          .map(UUID::fromString)
          .toList();
    } catch (SyscallException e) {
      throw StorageFailure.of("list the datasets in " + place, e);
    }
  }

  @Override
  public void describe(UUID dataset, byte[] record) {
    BtrfsDataset.describe(zones, dataset, record, failpoints.apply("dataset-describe"));
  }

  @Override
  public Optional<byte[]> description(UUID dataset) {
    return BtrfsDataset.description(zones, dataset);
  }

  /** Takes away what zones of images would begin as: somebody else may have made it. */
  void forgetBases() {
    bases.forget();
  }

  /** Whether there are quotas. */
  boolean hasQuotas() {
    return groups.there();
  }

  @Override
  public void close() {
    basesDirectory.close();
    zones.close();
    top.close();
  }
}
