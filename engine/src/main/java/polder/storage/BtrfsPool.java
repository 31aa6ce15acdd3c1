package polder.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.Quota;
import polder.linux.Scrub;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolScrub;

/**
 * A pool on btrfs, mounted where only root gets: as soon as what it is on is there, which is tried
 * again whenever somebody asks for it.
 */
final class BtrfsPool {
  private static final System.Logger LOG = System.getLogger("polder.storage");

  private static final Errno ENOTTY = new Errno(25); // asm-generic/errno-base.h

  private final PoolConfig config;
  private final Path place;
  private final Function<String, Consumer<String>> failpoints;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable BtrfsStorage storage;
  private volatile String problem = "";
  private boolean gone; // who still has it does not mount it again

  BtrfsPool(PoolConfig config, Path place, Function<String, Consumer<String>> failpoints) {
    this.config = config;
    this.place = place;
    this.failpoints = failpoints;
  }

  PoolConfig config() {
    return config;
  }

  /** Its datasets; empty while it cannot be used. */
  Optional<BtrfsStorage> find() {
    try {
      return Optional.of(storage());
    } catch (PolderException e) {
      return Optional.empty();
    }
  }

  /**
   * Its datasets.
   *
   * @throws PolderException UNAVAILABLE, with the reason and the mend
   */
  BtrfsStorage storage() {
    BtrfsStorage open = storage;
    if (open != null) {
      return open;
    }
    opening.lock();
    try {
      BtrfsStorage now = storage;
      if (gone) {
        throw new PolderException(ErrorKind.UNAVAILABLE, "it is let go of");
      }
      if (now == null) {
        now = open();
        storage = now;
        problem = "";
      }
      return now;
    } catch (PolderException | SyscallException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(problem)) {
        LOG.log(System.Logger.Level.WARNING, "pool '" + config.name() + "' is missing: " + reason);
      }
      problem = reason;
      throw new PolderException(
          ErrorKind.UNAVAILABLE,
          "pool '%s' is missing: %s; bring back %s %s"
              .formatted(
                  config.name(),
                  reason,
                  config.kind().name().toLowerCase(Locale.ROOT),
                  config.source()),
          e);
    } finally {
      opening.unlock();
    }
  }

  private BtrfsStorage open() {
    boolean fresh = !PoolDisk.isMounted(place);
    if (fresh) {
      if (!Files.exists(config.source())) {
        throw new PolderException(ErrorKind.UNAVAILABLE, config.source() + " is not there");
      }
      makePlace();
      PoolDisk.mount(config.kind(), config.source(), place);
    }
    try (Directory top = Directory.open(place)) {
      Path from = fresh ? config.source() : PoolDisk.mountedFrom(place);
      UUID seen = PoolDisk.uuid(config.kind(), from, top);
      if (!seen.equals(config.uuid())) {
        throw new PolderException(
            ErrorKind.UNAVAILABLE, config.source() + " has another file system on it");
      }
      prepare(top);
    } catch (PolderException e) {
      PoolDisk.unmount(place);
      throw e;
    } catch (SyscallException e) {
      PoolDisk.unmount(place);
      if (e.errno().equals(Errno.EOPNOTSUPP) || e.errno().equals(ENOTTY)) {
        throw new PolderException(ErrorKind.UNAVAILABLE, config.source() + " is on no btrfs", e);
      }
      throw e;
    }
    return BtrfsStorage.open(place, failpoints);
  }

  private void makePlace() {
    try (Directory host = Directory.open(Path.of("/"))) {
      host.ensureDirectories(FilePath.of(place.toString()), 0700).close();
    }
  }

  /** Brings about what a pool is, whatever of it a death left undone. */
  private void prepare(Directory top) {
    top.node().ensureMode(0700);
    if (config.kind() != Pool.Kind.DIRECTORY) {
      if (config.kind() == Pool.Kind.FILE) {
        PoolDisk.resize(config.source());
      }
      Btrfs.grow(top.fd());
      if (!Quota.enable(top.fd())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "pool ''{0}'' has no quotas: the kernel is older than Linux 6.7",
            config.name());
      }
    }
    if (top.find(PoolConfig.FILE).isEmpty()) {
      config.write(top);
    }
  }

  /** Makes it use all of what it is on. */
  void grow() {
    storage();
    try (Directory top = Directory.open(place)) {
      if (config.kind() == Pool.Kind.FILE) {
        PoolDisk.resize(config.source());
      }
      Btrfs.grow(top.fd());
    } catch (SyscallException e) {
      throw StorageFailure.of("grow pool '%s'".formatted(config.name()), e);
    }
  }

  PoolScrub scrub() {
    storage();
    try (Directory top = Directory.open(place)) {
      Scrub found = Btrfs.scrub(top.fd());
      return new PoolScrub(found.bytes(), found.errors(), found.corrected());
    } catch (SyscallException e) {
      throw StorageFailure.of("scrub pool '%s'".formatted(config.name()), e);
    }
  }

  /** Tells what it is on which blocks are free; how many bytes those are. */
  long trim() {
    storage();
    try (Directory top = Directory.open(place)) {
      Btrfs.sync(top.fd()); // what was freed a moment ago too
      return Btrfs.trim(top.fd());
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EOPNOTSUPP)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "cannot trim pool '%s': %s does not take back free blocks"
                .formatted(config.name(), config.source()),
            e);
      }
      throw StorageFailure.of("trim pool '%s'".formatted(config.name()), e);
    }
  }

  Pool describe() {
    Optional<BtrfsStorage> open = find();
    String source = config.source().toString();
    if (open.isEmpty()) {
      return new Pool(
          config.name(), "btrfs", config.kind(), source, 0, 0, false, 0, 0, Optional.of(problem));
    }
    StatFs room = StatFs.of(place);
    return new Pool(
        config.name(),
        "btrfs",
        config.kind(),
        source,
        room.bytes(),
        room.bytesAvailable(),
        open.get().hasQuotas(),
        open.get().list().size(),
        0,
        Optional.empty());
  }

  /** Takes away what Polder put there, before the pool is forgotten. */
  void clear() {
    close(false);
    try (Directory top = Directory.open(place)) {
      for (String name : new String[] {"bases", "zones"}) {
        Subvolumes.destroy(top, FileName.of(name));
      }
      Subvolumes.destroy(top, PoolConfig.FILE);
      Btrfs.sync(top.fd());
    } catch (SyscallException e) {
      throw StorageFailure.of("clear pool '%s'".formatted(config.name()), e);
    }
  }

  /** Lets go of it; where {@code unmount}, its mount goes too, and zones that run keep theirs. */
  void close(boolean unmount) {
    opening.lock();
    try {
      BtrfsStorage open = storage;
      storage = null;
      if (open != null) {
        open.close();
      }
      if (unmount) {
        gone = true;
        PoolDisk.unmount(place);
        Files.deleteIfExists(place);
      }
    } catch (SyscallException | java.io.IOException e) {
      LOG.log(System.Logger.Level.WARNING, "pool " + config.name() + " stays mounted", e);
    } finally {
      opening.unlock();
    }
  }
}
