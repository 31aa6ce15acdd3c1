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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.InodeFlags;
import polder.linux.Listing;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Trash;
import polder.linux.Tree;
import polder.linux.Walk;
import polder.model.DataCompression;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Datasets as plain directories, for any file system that overlayfs takes as its upper one.
 *
 * <p>Below its directory, which only root can enter, a dataset is {@code UUID/root} for a tree, or
 * {@code UUID/upper} and {@code UUID/work} for an overlay; {@code UUID/layers} has the layers, one
 * path a line, so that the dataset describes itself. It is put together under the name {@code
 * making-UUID}, which is swept on opening, and gone by way of the {@link Trash}. Its snapshots are
 * in {@code UUID/snapshots}.
 */
public final class OverlayStorage implements Storage, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.storage");
  private static final String MAKING = "making-";
  static final FileName TREE = FileName.of("root");
  static final FileName UPPER = FileName.of("upper");
  static final FileName WORK = FileName.of("work");
  static final FileName LAYERS = FileName.of("layers");
  private static final String NO_QUOTAS =
      "the overlay driver keeps datasets as directories, whose size the file system does not"
          + " limit; use 0, or a pool of btrfs";
  private static final String NO_COMPRESSION =
      "the overlay driver keeps datasets as directories of another file system, and does not"
          + " compress; use off, or a pool of btrfs";
  private static final int OWNER_ONLY = 0700;
  private static final int EVERYBODY_ENTERS = 0755; // as / itself; those above are closed
  static final Pattern DATASET = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Path place;
  private final Directory directory;
  private final Trash trash;
  private final Function<String, Consumer<String>> failpoints;
  private final OverlaySnapshots snapshots;
  private final OverlayTransfers transfers;

  private OverlayStorage(
      Path place, Directory directory, Function<String, Consumer<String>> failpoints) {
    this.place = place;
    this.directory = directory;
    this.trash = new Trash(directory);
    this.failpoints = failpoints;
    this.snapshots = new OverlaySnapshots(directory, trash, failpoints);
    this.transfers = new OverlayTransfers(place, directory, trash, failpoints);
  }

  /** Opens the storage below {@code place}, which is made if need be, and sweeps it. */
  public static OverlayStorage open(Path place) {
    return open(place, operation -> step -> {});
  }

  /**
   * As {@link #open(Path)}.
   *
   * @param failpoints for the name of an operation, what is told before and after each of its
   *     steps, and may throw
   */
  public static OverlayStorage open(Path place, Function<String, Consumer<String>> failpoints) {
    try (Directory host = Directory.open(Path.of("/"))) {
      Path absolute = place.toAbsolutePath();
      Directory directory = host.ensureDirectories(FilePath.of(absolute.toString()), OWNER_ONLY);
      var storage = new OverlayStorage(absolute, directory, failpoints);
      try {
        directory.node().ensureMode(OWNER_ONLY);
        var _ = InodeFlags.spread(directory);
        storage.sweep();
        return storage;
      } catch (RuntimeException e) {
        storage.close();
        throw e;
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("open the storage " + place, e);
    }
  }

  @Override
  public String driver() {
    return "overlay";
  }

  @Override
  public List<Fault> verify(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    if (spec.get(ZoneProperties.QUOTA) != 0) {
      faults.add(new Fault("quota", NO_QUOTAS));
    }
    for (Property<String> each :
        List.of(ZoneProperties.ROOT_COMPRESSION, ZoneProperties.DATA_COMPRESSION)) {
      if (!spec.get(each).equals(DataCompression.OFF)) {
        faults.add(new Fault(each.name(), NO_COMPRESSION));
      }
    }
    return List.copyOf(faults);
  }

  @Override
  public void compress(UUID zone, String word) {
    if (!word.equals(DataCompression.OFF)) {
      throw new PolderException(ErrorKind.UNSUPPORTED, NO_COMPRESSION);
    }
  }

  @Override
  public void quota(UUID zone, long bytes) {
    if (bytes != 0) {
      throw new PolderException(ErrorKind.UNSUPPORTED, NO_QUOTAS);
    }
  }

  @Override
  public Root create(UUID zone, List<Path> layers) {
    FileName name = FileName.of(zone.toString());
    FileName making = making(zone.toString());
    try {
      if (directory.find(name).isEmpty()) {
        Consumer<String> places = failpoints.apply("dataset-create");
        Tree.delete(directory, making);
        directory.makeDirectory(making, OWNER_ONLY);
        try {
          places.accept("make the directory of dataset " + zone);
          try (Directory dataset = directory.enter(making)) {
            fill(dataset, layers);
          }
          places.accept("fill dataset " + zone);
          directory.rename(making, directory, name);
        } finally {
          Tree.delete(directory, making); // nobody would come by it again
        }
        places.accept("name dataset " + zone);
      }
      return find(zone).orElseThrow();
    } catch (SyscallException e) {
      throw StorageFailure.of("make the dataset of zone " + zone, e);
    }
  }

  private static void fill(Directory dataset, List<Path> layers) {
    if (layers.isEmpty()) {
      makeOpen(dataset, TREE);
    } else {
      makeOpen(dataset, UPPER);
      dataset.makeDirectory(WORK, OWNER_ONLY);
      LayerList.write(dataset, LAYERS, layers);
    }
    dataset.sync();
  }

  static void makeOpen(Directory dataset, FileName name) {
    dataset.makeDirectory(name, OWNER_ONLY);
    try (Directory made = dataset.enter(name)) {
      made.node().mode(EVERYBODY_ENTERS); // whatever our umask is
    }
  }

  @Override
  public Optional<Root> find(UUID zone) {
    Path path = place.resolve(zone.toString());
    try {
      FileName name = FileName.of(zone.toString());
      if (directory.find(name).isEmpty()) {
        return Optional.empty();
      }
      try (Directory dataset = directory.enter(name)) {
        return Optional.of(root(path, dataset));
      }
    } catch (SyscallException | IllegalArgumentException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot find the dataset %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  static Root root(Path path, Directory dataset) {
    if (dataset.find(TREE).isPresent()) {
      return new Root.Tree(path.resolve(TREE.toString()));
    }
    return new Root.Overlay(
        layers(dataset), path.resolve(UPPER.toString()), path.resolve(WORK.toString()));
  }

  private static List<Path> layers(Directory dataset) {
    List<Path> layers = LayerList.read(dataset, LAYERS);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("its list of layers is damaged");
    }
    return layers;
  }

  @Override
  public void destroy(UUID zone) {
    try {
      Consumer<String> places = failpoints.apply("dataset-destroy");
      places.accept("remove dataset " + zone);
      trash.put(FileName.of(zone.toString()));
      places.accept("remove dataset " + zone);
    } catch (SyscallException e) {
      throw StorageFailure.of("destroy the dataset of zone " + zone, e);
    }
  }

  /** What a dataset keeps its zone's files in. */
  static FileName files(Directory dataset) {
    return dataset.find(TREE).isPresent() ? TREE : UPPER;
  }

  /** The name of something that is being put together. */
  static FileName making(String what) {
    return FileName.of(MAKING + what);
  }

  @Override
  public boolean isInstant(UUID zone) {
    return false; // its files are copied
  }

  @Override
  public void settle(UUID zone) {
    // copying the files is what takes the time
  }

  @Override
  public StoredSnapshot snapshot(UUID zone, String name) {
    return snapshots.take(zone, name);
  }

  @Override
  public List<StoredSnapshot> snapshots(UUID zone) {
    return snapshots.list(zone);
  }

  @Override
  public void removeSnapshot(UUID zone, String name) {
    snapshots.remove(zone, name);
  }

  @Override
  public Root rollback(UUID zone, String name) {
    snapshots.rollback(zone, name);
    return find(zone).orElseThrow();
  }

  @Override
  public Root clone(UUID from, Optional<String> snapshot, UUID to) {
    snapshots.copyTo(from, snapshot, to);
    return find(to).orElseThrow();
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
      directory.sync();
    } catch (SyscallException e) {
      throw StorageFailure.of("sync the storage " + place, e);
    }
  }

  @Override
  public List<String> stuck() {
    return trash.stuck().stream().map(name -> place.resolve(name.toString()).toString()).toList();
  }

  @Override
  public long used(UUID zone) {
    try {
      FileName name = FileName.of(zone.toString());
      if (directory.find(name).isEmpty()) {
        return 0;
      }
      try (Directory dataset = directory.enter(name)) {
        return used(dataset, new HashSet<>());
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("measure the dataset of zone " + zone, e);
    }
  }

  /** Bytes below {@code directory}, files with several names once; what vanishes meanwhile is 0. */
  static long used(Directory directory, Set<Long> counted) {
    long bytes = 0;
    List<FileName> deeper = new ArrayList<>();
    try (Listing list = directory.list()) {
      while (list.hasNext()) {
        DirectoryEntry entry = list.next();
        Optional<Stat> stat = directory.find(entry.name());
        if (stat.isEmpty()) {
          continue;
        }
        if (stat.get().type() == FileType.DIRECTORY) {
          deeper.add(entry.name());
          bytes += stat.get().blocks() * 512;
        } else if (stat.get().links() == 1 || counted.add(stat.get().inode())) {
          bytes += stat.get().blocks() * 512;
        }
      }
    }
    for (FileName name : deeper) {
      try (Directory below =
          directory.enter(new FilePath(name.value()), Walk.NO_LINKS.onOneMount())) {
        bytes += used(below, counted);
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.ENOTDIR)) {
          throw e;
        }
      }
    }
    return bytes;
  }

  @Override
  public List<UUID> list() {
    try {
      return directory.entries().stream()
          .map(entry -> entry.name().toString())
          .filter(name -> DATASET.matcher(name).matches())
          .map(UUID::fromString)
          .toList();
    } catch (SyscallException e) {
      throw StorageFailure.of("list the datasets in " + place, e);
    }
  }

  @Override
  public void close() {
    trash.close();
    directory.close();
  }

  private void sweep() {
    for (DirectoryEntry entry : directory.entries()) {
      String name = entry.name().toString();
      if (name.startsWith(MAKING)) {
        sweep(entry.name());
      } else if (DATASET.matcher(name).matches()) {
        settle(UUID.fromString(name), entry.name());
      }
    }
  }

  private void settle(UUID zone, FileName name) {
    try {
      if (transfers.isUnsettled(name)) {
        transfers.settle(zone);
      }
    } catch (SyscallException e) {
      LOG.log(System.Logger.Level.WARNING, name + " in " + place + " cannot be settled", e);
    }
  }

  private void sweep(FileName leftover) {
    try {
      Tree.delete(directory, leftover);
    } catch (SyscallException e) {
      // a disk that cannot be written, or a damaged one: what is left over harms nobody
      LOG.log(System.Logger.Level.WARNING, leftover + " is left behind in " + place, e);
    }
  }
}
