package polder.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.storage.Origin;
import polder.storage.OverlayStorage;
import polder.storage.PoolSet;
import polder.storage.PoolTable;
import polder.storage.Root;

/**
 * A dataset with a root of 1 GiB in a pool of btrfs, which is on a file in the stage's directory:
 * what the storage takes for a clone, and for a snapshot, during which a zone would be frozen.
 */
final class Datasets implements AutoCloseable {
  private static final String POOL = "bench";
  private static final int MEBIBYTES = 1024;
  private static final int MEBIBYTE = 1 << 20;
  private static final int SMALL_FILES = 64; // in each MiB
  private static final int CHANGED = 10; // MiB

  private final OverlayStorage standard;
  private final PoolTable table;
  private final PoolSet datasets;
  private final UUID zone = UUID.randomUUID();
  private final Path root;

  private Datasets(Stage stage) {
    Path place = stage.directory().resolve("pools");
    this.standard = OverlayStorage.open(place.resolve("standard"));
    this.table =
        PoolTable.open(
            standard,
            place.resolve("standard"),
            place.resolve("state"),
            place.resolve("run"),
            operation -> step -> {});
    this.datasets = new PoolSet(table, any -> Optional.of(POOL));
    int mebibytes = stage.crowd(MEBIBYTES);
    try {
      table.create(
          new PoolRequest(
              POOL,
              Optional.of((2L * mebibytes + 512) * MEBIBYTE),
              Optional.empty(),
              Optional.empty()));
      this.root = ((Root.Tree) datasets.create(zone, List.of())).directory();
      fill(mebibytes);
    } catch (PolderException e) {
      close();
      throw new Missing(String.valueOf(e.getMessage()));
    }
  }

  /** Half of it in large files, half in small ones. */
  private void fill(int mebibytes) {
    Random random = new Random(1);
    byte[] bytes = new byte[MEBIBYTE];
    try {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(bytes);
        if (i % 2 == 0) {
          Files.write(root.resolve("large" + i), bytes);
        } else {
          Path directory = Files.createDirectory(root.resolve("small" + i));
          byte[] piece = new byte[MEBIBYTE / SMALL_FILES];
          for (int j = 0; j < SMALL_FILES; j++) {
            System.arraycopy(bytes, j * piece.length, piece, 0, piece.length);
            Files.write(directory.resolve("file" + j), piece);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    datasets.sync();
  }

  private static Datasets of(Stage stage) {
    return stage.prop(Datasets.class, Datasets::new);
  }

  /** A clone of it, with what makes it last; not its end. */
  static Contender clone(Stage stage) {
    Datasets own = of(stage);
    return () -> {
      UUID clone = UUID.randomUUID();
      try {
        return Contender.milliseconds(
            () -> {
              own.datasets.clone(own.zone, Optional.empty(), clone);
              own.datasets.sync();
            });
      } finally {
        own.datasets.destroy(clone);
      }
    };
  }

  /** A snapshot of it, while somebody writes to it without rest. */
  static Contender snapshot(Stage stage) {
    Datasets own = of(stage);
    return () -> {
      AtomicBoolean enough = new AtomicBoolean();
      Thread writer = Thread.ofPlatform().daemon().start(() -> own.write(enough));
      try {
        stage.rest(Duration.ofMillis(20)); // a little of it is not on the disk yet
        return Contender.milliseconds(() -> own.datasets.snapshot(own.zone, "bench"));
      } finally {
        enough.set(true);
        join(writer);
        own.datasets.removeSnapshot(own.zone, "bench");
      }
    };
  }

  /** What has changed since a snapshot, as it would be sent: 10 MiB of it were written anew. */
  static Contender sendChange(Stage stage) {
    Datasets own = of(stage);
    return () -> {
      try {
        own.datasets.snapshot(own.zone, "before");
        own.rewrite();
        own.datasets.snapshot(own.zone, "after");
        return own.send(new Origin.Snapshot("before"));
      } finally {
        own.datasets.removeSnapshot(own.zone, "after");
        own.datasets.removeSnapshot(own.zone, "before");
      }
    };
  }

  /** All of it, as it would be sent. */
  static Contender sendAll(Stage stage) {
    Datasets own = of(stage);
    return () -> {
      try {
        own.datasets.snapshot(own.zone, "after");
        return own.send(new Origin.Nothing());
      } finally {
        own.datasets.removeSnapshot(own.zone, "after");
      }
    };
  }

  private double send(Origin origin) {
    return Contender.milliseconds(
        () -> {
          try {
            datasets.send(zone, "after", origin, OutputStream.nullOutputStream());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void rewrite() {
    byte[] bytes = new byte[MEBIBYTE];
    try {
      for (int i = 0; i < 2 * CHANGED; i += 2) {
        ThreadLocalRandom.current().nextBytes(bytes);
        Files.write(root.resolve("large" + i), bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    datasets.sync();
  }

  /** As a program writes its log. */
  private void write(AtomicBoolean enough) {
    byte[] lines = "a line of a log\n".repeat(64).getBytes(StandardCharsets.UTF_8);
    try (var log = new RandomAccessFile(root.resolve("log").toFile(), "rw")) {
      while (!enough.get()) {
        if (log.getFilePointer() > 16 * MEBIBYTE) {
          log.seek(0);
        }
        log.write(lines);
        LockSupport.parkNanos(100_000);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    try (standard;
        table) {
      datasets.list().forEach(datasets::destroy);
      if (table.pools().stream().anyMatch(pool -> pool.name().equals(POOL))) {
        table.delete(POOL, name -> false);
      }
    }
  }
}
