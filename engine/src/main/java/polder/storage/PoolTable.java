package polder.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;

/**
 * The pools of a host.
 *
 * <p>One is recorded in {@code pools/NAME/pool.json} of the state; {@code pools/NAME/disk} is its
 * file if it is on one that was made here. It is put together as {@code .making.NAME}, and is
 * {@code .gone.NAME} while it is taken apart: both are swept on opening. It is mounted below the
 * run directory while the host is open. One that cannot be mounted hurts its own zones only.
 */
public final class PoolTable implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.storage");
  private static final FileName DISK = FileName.of("disk");
  private static final String MAKING = ".making.";
  private static final String LOOKED_AT = ".making.import";
  private static final String GONE = ".gone.";
  private static final int OWNER_ONLY = 0700;

  private final Storage standard;
  private final Path standardPlace;
  private final Path place;
  private final Path mounts;
  private final Directory directory;
  private final Function<String, Consumer<String>> failpoints;
  private final Map<String, BtrfsPool> pools = new ConcurrentSkipListMap<>();
  private final Map<String, String> damaged = new ConcurrentSkipListMap<>();
  private final ReentrantLock changing = new ReentrantLock();

  private PoolTable(
      Storage standard,
      Path standardPlace,
      Path place,
      Path mounts,
      Directory directory,
      Function<String, Consumer<String>> failpoints) {
    this.standard = standard;
    this.standardPlace = standardPlace;
    this.place = place;
    this.mounts = mounts;
    this.directory = directory;
    this.failpoints = failpoints;
  }

  /**
   * Opens all pools that are recorded.
   *
   * @param standard the default pool, which stays the caller's
   * @param standardPlace where that is
   * @param place the directory of the records
   * @param mounts the directory of the mounts
   * @param failpoints as for {@link OverlayStorage#open(Path, Function)}
   */
  public static PoolTable open(
      Storage standard,
      Path standardPlace,
      Path place,
      Path mounts,
      Function<String, Consumer<String>> failpoints) {
    try (Directory host = Directory.open(Path.of("/"))) {
      Directory directory = host.ensureDirectories(FilePath.of(place.toString()), OWNER_ONLY);
      PoolTable set = new PoolTable(standard, standardPlace, place, mounts, directory, failpoints);
      set.openAll();
      return set;
    } catch (SyscallException e) {
      throw StorageFailure.of("open the pools in " + place, e);
    }
  }

  private void openAll() {
    PoolDisk.unmount(mounts.resolve(LOOKED_AT));
    for (DirectoryEntry entry : directory.entries()) {
      String name = entry.name().toString();
      try {
        if (name.startsWith(GONE)) {
          PoolDisk.unmount(mounts.resolve(name.substring(GONE.length())));
          Tree.delete(directory, entry.name());
        } else if (name.startsWith(MAKING)) {
          Tree.delete(directory, entry.name());
        } else {
          try (Directory pool = directory.enter(entry.name())) {
            admit(read(pool, name)).find();
          }
        }
      } catch (PolderException | SyscallException e) {
        LOG.log(System.Logger.Level.WARNING, "pool " + name + ": " + e.getMessage(), e);
        damaged.put(name, String.valueOf(e.getMessage()));
      }
    }
  }

  /** What is recorded of a pool; if that is damaged, what the pool's own file says. */
  private PoolConfig read(Directory pool, String name) {
    Path disk = place.resolve(name).resolve(DISK.toString());
    boolean own = pool.find(DISK).isPresent();
    try {
      PoolConfig config = PoolConfig.read(pool);
      return own && config.kind() == Pool.Kind.FILE ? config.at(disk) : config;
    } catch (PolderException e) {
      if (!own) {
        throw e;
      }
      PoolConfig found = look(disk);
      found.write(pool);
      return found;
    }
  }

  private BtrfsPool admit(PoolConfig config) {
    BtrfsPool pool = new BtrfsPool(config, mounts.resolve(config.name()), failpoints);
    pools.put(config.name(), pool);
    return pool;
  }

  // Pools

  /** The datasets of each that can be used now. */
  Stream<Storage> open() {
    return Stream.concat(
        Stream.of(standard), pools.values().stream().flatMap(pool -> pool.find().stream()));
  }

  /** The default pool. */
  Storage standard() {
    return standard;
  }

  /**
   * The datasets of a pool.
   *
   * @throws PolderException NOT_FOUND; UNAVAILABLE if it is missing
   */
  public Storage storage(String name) {
    return name.equals(Pool.DEFAULT) ? standard : known(name).storage();
  }

  /** Names of those whose record cannot be read, each with the reason. */
  public Map<String, String> damaged() {
    return Map.copyOf(damaged);
  }

  /** All of them, by name. */
  public List<Pool> pools() {
    List<Pool> all = new ArrayList<>();
    all.add(describeStandard());
    pools.values().forEach(pool -> all.add(pool.describe()));
    all.sort(Comparator.comparing(Pool::name));
    return all;
  }

  private Pool describeStandard() {
    StatFs room = StatFs.of(standardPlace);
    return new Pool(
        Pool.DEFAULT,
        standard.driver(),
        Pool.Kind.DIRECTORY,
        standardPlace.toString(),
        room.bytes(),
        room.bytesAvailable(),
        false,
        standard.list().size(),
        0,
        Optional.empty());
  }

  /**
   * The pool {@code name}.
   *
   * @throws PolderException NOT_FOUND
   */
  public Pool pool(String name) {
    return name.equals(Pool.DEFAULT) ? describeStandard() : known(name).describe();
  }

  private BtrfsPool known(String name) {
    BtrfsPool pool = pools.get(name);
    if (pool == null) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "there is no pool '%s'; make it with 'polder pool create'".formatted(name));
    }
    return pool;
  }

  private BtrfsPool btrfs(String name, String what) {
    if (name.equals(Pool.DEFAULT)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot %s pool '%s': it is a directory of the state's file system"
              .formatted(what, name));
    }
    return known(name);
  }

  /** Makes a pool; see {@link polder.model.Pools#create}. */
  public Pool create(PoolRequest request) {
    changing.lock();
    try {
      refuseTaken(request.name());
      FileName making = FileName.of(MAKING + request.name());
      Consumer<String> places = failpoints.apply("pool-create");
      String step = "make pool " + request.name();
      Tree.delete(directory, making);
      places.accept(step);
      directory.makeDirectory(making, OWNER_ONLY);
      PoolConfig config;
      try (Directory draft = directory.enter(making)) {
        config = draft(request, draft);
        config.write(draft);
        draft.sync();
        places.accept(step);
        directory.rename(making, directory, FileName.of(request.name()));
        directory.sync();
      } finally {
        Tree.delete(directory, making);
      }
      return open(config, places, step);
    } catch (SyscallException e) {
      throw StorageFailure.of("make pool '%s'".formatted(request.name()), e);
    } finally {
      changing.unlock();
    }
  }

  /** Opens a pool that is recorded; if that fails, it is not. */
  private Pool open(PoolConfig config, Consumer<String> places, String step) {
    BtrfsPool pool = new BtrfsPool(config, mounts.resolve(config.name()), failpoints);
    boolean done = false;
    try {
      pool.storage().forgetBases();
      pools.put(config.name(), pool);
      places.accept(step);
      done = true;
      return pool.describe();
    } finally {
      if (!done) {
        pools.remove(config.name());
        pool.close(true);
        Tree.delete(directory, FileName.of(config.name()));
      }
    }
  }

  private void refuseTaken(String name) {
    if (name.equals(Pool.DEFAULT) || pools.containsKey(name)) {
      throw new PolderException(ErrorKind.EXISTS, "there is a pool '%s' already".formatted(name));
    }
    if (directory.find(FileName.of(name)).isPresent()) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "there is a damaged pool in %s; move it away first".formatted(place.resolve(name)));
    }
  }

  /** Prepares what the pool is to be on. */
  private PoolConfig draft(PoolRequest request, Directory draft) {
    UUID uuid = UUID.randomUUID();
    String label = "polder-" + request.name();
    if (request.path().isPresent()) {
      Path path = Path.of(request.path().get());
      return new PoolConfig(request.name(), Pool.Kind.DIRECTORY, path, emptyBtrfs(path));
    }
    if (request.device().isPresent()) {
      Path device = Path.of(request.device().get());
      if (PoolDisk.kind(device) != Pool.Kind.DEVICE || !Files.exists(device)) {
        throw new PolderException(ErrorKind.INVALID, device + " is no block device");
      }
      PoolDisk.format(device, uuid, label);
      return new PoolConfig(request.name(), Pool.Kind.DEVICE, device, uuid);
    }
    try (var file = draft.create(DISK, 0600)) {
      file.truncate(request.size().orElseGet(this::size));
      PoolDisk.format(place.resolve(MAKING + request.name()).resolve("disk"), uuid, label);
      file.sync();
    }
    return new PoolConfig(
        request.name(),
        Pool.Kind.FILE,
        place.resolve(request.name()).resolve(DISK.toString()),
        uuid);
  }

  /** Half of what is free: the file takes only what is written, but nobody takes its room away. */
  private long size() {
    long half = StatFs.of(directory.fd()).bytesAvailable() / 2 & -(1L << 20);
    if (half < PoolRequest.LEAST) {
      throw new PolderException(
          ErrorKind.NO_ROOM,
          "a pool needs 256 MiB, and half of what is free at %s is less".formatted(place));
    }
    return half;
  }

  private static UUID emptyBtrfs(Path path) {
    try (Directory top = Directory.open(path)) {
      if (StatFs.of(top.fd()).magic() != StatFs.BTRFS) {
        throw new PolderException(
            ErrorKind.INVALID, path + " is on no btrfs; give a directory of one, or a size");
      }
      if (!top.entries().isEmpty()) {
        throw new PolderException(
            ErrorKind.INVALID, path + " is not empty; give an empty directory, or import the pool");
      }
      return Btrfs.uuid(top.fd());
    }
  }

  /** Takes in a pool; see {@link polder.model.Pools#importFrom}. */
  public Pool importFrom(Path source) {
    if (!Files.exists(source)) {
      throw new PolderException(ErrorKind.NOT_FOUND, "there is no " + source);
    }
    changing.lock();
    try {
      PoolConfig config = look(source).at(source);
      refuseTaken(config.name());
      FileName making = FileName.of(MAKING + config.name());
      Consumer<String> places = failpoints.apply("pool-import");
      String step = "take in pool " + config.name();
      Tree.delete(directory, making);
      places.accept(step);
      directory.makeDirectory(making, OWNER_ONLY);
      try (Directory draft = directory.enter(making)) {
        config.write(draft);
        places.accept(step);
        directory.rename(making, directory, FileName.of(config.name()));
        directory.sync();
      } finally {
        Tree.delete(directory, making);
      }
      return open(config, places, step);
    } catch (SyscallException e) {
      throw StorageFailure.of("import a pool from " + source, e);
    } finally {
      changing.unlock();
    }
  }

  /** Mounts it for a moment, to read what it says of itself. */
  private PoolConfig look(Path source) {
    Path moment = mounts.resolve(LOOKED_AT);
    try (Directory host = Directory.open(Path.of("/"))) {
      host.ensureDirectories(FilePath.of(moment.toString()), OWNER_ONLY).close();
    }
    PoolDisk.unmount(moment);
    try {
      PoolDisk.mount(PoolDisk.kind(source), source, moment);
      try (Directory top = Directory.open(moment)) {
        PoolConfig found = PoolConfig.read(top);
        Pool.Kind kind = PoolDisk.kind(source);
        return new PoolConfig(found.name(), kind, source, PoolDisk.uuid(kind, source, top));
      }
    } catch (PolderException | SyscallException e) {
      throw new PolderException(
          ErrorKind.INVALID, "there is no pool on %s: %s".formatted(source, e.getMessage()), e);
    } finally {
      PoolDisk.unmount(moment);
    }
  }

  /** Makes a pool larger; see {@link polder.model.Pools#grow}. */
  public Pool grow(String name, long size) {
    changing.lock();
    try {
      BtrfsPool pool = btrfs(name, "grow");
      PoolConfig config = pool.config();
      if (config.kind() == Pool.Kind.DIRECTORY) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "cannot grow pool '%s': it is in a directory, and as large as its file system"
                .formatted(name));
      }
      pool.storage();
      Consumer<String> places = failpoints.apply("pool-grow");
      places.accept("grow pool " + name);
      if (config.kind() == Pool.Kind.FILE) {
        lengthen(config, PoolRequest.checkSize(size));
      }
      pool.grow();
      places.accept("grow pool " + name);
      return pool.describe();
    } catch (SyscallException e) {
      throw StorageFailure.of("grow pool '%s'".formatted(name), e);
    } finally {
      changing.unlock();
    }
  }

  private static void lengthen(PoolConfig config, long size) {
    Path parent = Optional.ofNullable(config.source().getParent()).orElseThrow();
    try (Directory folder = Directory.open(parent);
        var file =
            folder.openOrCreate(FileName.of(String.valueOf(config.source().getFileName())), 0600)) {
      if (size < file.size()) {
        throw new PolderException(
            ErrorKind.INVALID,
            "pool '%s' has %d bytes and cannot become smaller"
                .formatted(config.name(), file.size()));
      }
      file.truncate(size);
      file.sync();
    }
  }

  /** Reads all of a pool; see {@link polder.model.Pools#scrub}. */
  public PoolScrub scrub(String name) {
    return btrfs(name, "scrub").scrub();
  }

  /** Gives back what a pool does not need; see {@link polder.model.Pools#trim}. */
  public long trim(String name) {
    return btrfs(name, "trim").trim();
  }

  /**
   * Takes a pool away; see {@link polder.model.Pools#delete}.
   *
   * @param used whether a zone or volume names a pool
   */
  public void delete(String name, Predicate<String> used) {
    changing.lock();
    try {
      if (name.equals(Pool.DEFAULT)) {
        throw new PolderException(
            ErrorKind.WRONG_STATE, "pool '%s' is the default one, and stays".formatted(name));
      }
      BtrfsPool pool = known(name);
      Optional<BtrfsStorage> open = pool.find();
      if (used.test(name) || open.filter(storage -> !storage.list().isEmpty()).isPresent()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "pool '%s' is in use: delete the zones and volumes that are in it first"
                .formatted(name));
      }
      Consumer<String> places = failpoints.apply("pool-delete");
      String step = "delete pool " + name;
      places.accept(step);
      if (open.isPresent()) {
        pool.clear();
      }
      FileName gone = FileName.of(GONE + name);
      Tree.delete(directory, gone);
      directory.rename(FileName.of(name), directory, gone);
      directory.sync();
      pools.remove(name);
      try {
        places.accept(step);
      } finally { // it is gone: what is left is nobody's
        pool.close(true);
        Tree.delete(directory, gone);
      }
    } catch (SyscallException e) {
      throw StorageFailure.of("delete pool '%s'".formatted(name), e);
    } finally {
      changing.unlock();
    }
  }

  /** Unmounts all; zones that run go on with what they have. */
  @Override
  public void close() {
    pools.values().forEach(pool -> pool.close(true));
    try {
      Files.deleteIfExists(mounts);
    } catch (IOException e) {
      // something else is in it, and it stays
    }
    directory.close();
  }
}
