package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import polder.linux.Capability;
import polder.linux.CapabilitySets;
import polder.linux.Launcher;

/**
 * What several contenders share: a temporary directory, a launcher, and props that are made when
 * somebody first asks for them. Closing it takes all of it away, the latest first.
 *
 * <p>For one thread, but {@link #stop}.
 */
final class Stage implements AutoCloseable {
  private final Path directory;
  private final Path memory;
  private final Launcher launcher;
  private final int crowd;
  private final Map<Class<?>, AutoCloseable> props = new HashMap<>();
  private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

  private volatile boolean stopped;

  private Stage(Path directory, Path memory, Launcher launcher, int crowd) {
    this.directory = directory;
    this.memory = memory;
    this.launcher = launcher;
    this.crowd = crowd;
  }

  /** As {@link #open(int)}, for as many zones as are promised. */
  static Stage open() {
    return open(0);
  }

  /**
   * An empty stage in a new temporary directory.
   *
   * @param crowd how many zones there are at once in rows about many; 0 for as many as are promised
   * @throws Missing if this process may not do what the stage is for
   */
  static Stage open(int crowd) {
    if (!CapabilitySets.own().has(Capability.SYS_ADMIN)) {
      throw new Missing("namespaces and control groups are root's to make: run it as root");
    }
    Launcher launcher = Launcher.start();
    try {
      Path directory = Files.createTempDirectory("polder-bench-");
      // a zone in a user namespace is "others" here, and must get through to its root
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path memory = inMemory();
      return new Stage(
          directory,
          memory.equals(directory.getParent())
              ? directory
              : Files.createTempDirectory(memory, "polder-bench-"),
          launcher,
          crowd);
    } catch (IOException e) {
      launcher.close();
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where what does not outlive a boot is kept: as /run is, in memory; if nothing is, on a disk.
   */
  private static Path inMemory() throws IOException {
    for (String place : List.of("/run", "/dev/shm")) {
      Path path = Path.of(place);
      if (Files.isDirectory(path) && Files.getFileStore(path).type().equals("tmpfs")) {
        return path;
      }
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** A directory for what does not outlive a boot, ours and the peers': in memory, as /run is. */
  Path memory() {
    return memory;
  }

  /** The directory, to make others in. */
  Path directory() {
    return directory;
  }

  /** How many zones there are at once, where {@code promised} are unless somebody said else. */
  int crowd(int promised) {
    return crowd == 0 ? promised : crowd;
  }

  /** What starts every program that is measured, ours and the peers'. */
  Launcher launcher() {
    return launcher;
  }

  /** The prop of this type; {@code make} makes it if nobody has asked yet. */
  <T extends AutoCloseable> T prop(Class<T> type, Function<Stage, T> make) {
    AutoCloseable there = props.get(type);
    if (there == null) {
      there = make.apply(this);
      props.put(type, there);
      newestFirst.push(there);
    }
    return type.cast(there);
  }

  /** Asks whoever works on the stage to end soon. From any thread. */
  void stop() {
    stopped = true;
  }

  /**
   * Does nothing, unless {@link #stop} was called.
   *
   * @throws IllegalStateException if it was
   */
  void checkGoing() {
    if (stopped) {
      throw new IllegalStateException("stopped");
    }
  }

  /** Lets the machine come to rest. */
  void rest(Duration pause) {
    checkGoing();
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    RuntimeException first = null;
    newestFirst.addLast(launcher);
    newestFirst.addLast(() -> Scratch.delete(memory));
    if (!memory.equals(directory)) {
      newestFirst.addLast(() -> Scratch.delete(directory));
    }
    for (AutoCloseable each : newestFirst) {
      try {
        each.close();
      } catch (Exception e) {
        if (first == null) {
          first = new IllegalStateException("cannot clean up: " + e.getMessage(), e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
