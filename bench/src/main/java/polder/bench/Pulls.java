package polder.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import polder.engine.Polder;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Tree;
import polder.model.Host;
import polder.model.Progress;

/** An image fetched from a registry on this machine, and unpacked. */
final class Pulls {
  private static final int BUFFER = 1 << 16;

  private Pulls() {}

  /** Through the library, into a new host's empty store. */
  static Contender ours(Stage stage) {
    String reference = Registry.of(stage).reference();
    return new Round(stage, "ours") {
      @Override
      void work(Path directory) {
        try (Host host = Polder.open(directory)) {
          took(() -> host.images().pull(reference, Progress.NONE));
        }
      }
    };
  }

  /** skopeo copy into an OCI layout, then umoci unpack. */
  static Contender peer(Stage stage) {
    String reference = Registry.of(stage).reference();
    return new Round(stage, "peer") {
      @Override
      void work(Path directory) {
        String layout = directory.resolve("layout") + ":1";
        Command copy =
            Command.of(
                stage,
                Registry.program("skopeo"),
                "copy",
                "--quiet",
                "--insecure-policy",
                "--src-tls-verify=false",
                "docker://" + reference,
                "oci:" + layout);
        Command unpack =
            Command.of(
                stage,
                Registry.program("umoci"),
                "unpack",
                "--image",
                layout,
                directory.resolve("bundle").toString());
        took(
            () -> {
              copy.run();
              unpack.run();
            });
      }
    };
  }

  /** What nobody can do without: each layer's two digests, inflating it, writing it to a file. */
  static Contender floor(Stage stage) {
    List<Path> layers = Registry.of(stage).layers();
    return new Round(stage, "floor") {
      @Override
      void work(Path directory) {
        try (ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
          took(
              () -> {
                List<Future<?>> all = new ArrayList<>();
                for (Path layer : layers) {
                  Path to = directory.resolve(String.valueOf(layer.getFileName()));
                  all.add(threads.submit(() -> inflate(layer, to)));
                }
                all.forEach(Pulls::await);
              });
        }
      }
    };
  }

  private static void inflate(Path layer, Path to) {
    byte[] buffer = new byte[BUFFER];
    try (InputStream file = new DigestInputStream(Files.newInputStream(layer), sha256());
        InputStream in = new DigestInputStream(new GZIPInputStream(file, BUFFER), sha256());
        OutputStream out = Files.newOutputStream(to)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        out.write(buffer, 0, got);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(Future<?> work) {
    try {
      work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** How many MiB the daemon has more than before while it pulls, at most. */
  static Contender memory(Stage stage) {
    String reference = Registry.of(stage).reference();
    DaemonHost daemon = DaemonHost.of(stage);
    return () -> {
      double before = Memory.resident(daemon.pid());
      AtomicBoolean done = new AtomicBoolean();
      double[] most = {before};
      Thread watcher =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      most[0] = Math.max(most[0], Memory.resident(daemon.pid()));
                      LockSupport.parkNanos(5_000_000);
                    }
                  });
      try {
        daemon.host().images().pull(reference, Progress.NONE);
      } finally {
        done.set(true);
        try {
          watcher.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        daemon.host().images().delete(reference);
      }
      return most[0] - before;
    };
  }

  /**
   * Each round in a directory of its own, which stays to the end: ext4 spends its time with inodes
   * that were freed a moment ago (fs/ext4/ialloc.c, recently_deleted), and nobody pulls to delete.
   */
  private abstract static class Round implements Contender {
    private final Path directory;
    private int round;
    private double milliseconds;

    Round(Stage stage, String name) {
      directory = stage.directory().resolve("pull-" + name);
      make(directory);
    }

    /** Does it, in an empty directory; calls {@link #took} with what counts. */
    abstract void work(Path empty);

    void took(Runnable work) {
      milliseconds = Contender.milliseconds(work);
    }

    @Override
    public double measure() {
      Path empty = directory.resolve(String.valueOf(round++));
      make(empty);
      work(empty);
      return milliseconds;
    }

    @Override
    public void close() {
      try (Directory above = Directory.open(Objects.requireNonNull(directory.getParent()))) {
        Tree.delete(above, FileName.of(String.valueOf(directory.getFileName())));
      }
    }

    private static void make(Path directory) {
      try {
        Files.createDirectory(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
