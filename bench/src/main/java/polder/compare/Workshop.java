package polder.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import polder.bench.Busybox;
import polder.bench.Missing;
import polder.bench.Scratch;

/** A directory of this run's own, on a disk, and in it what all places work with. */
final class Workshop implements AutoCloseable {
  private static final String BUSYBOX = "busybox";
  private static final String WORKER = "worker.sh";

  private final Path directory;

  private Workshop(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes it.
   *
   * @throws Missing if there is no static busybox
   */
  static Workshop make() {
    Path busybox = Busybox.find();
    try {
      // not /tmp, which is in memory on many hosts
      Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "polder-compare-");
      Workshop made = new Workshop(directory);
      open(directory);
      open(Files.createDirectory(made.tools()));
      open(Files.copy(busybox, made.busybox()));
      open(Files.write(made.worker(), resource(WORKER)));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A zone in a user namespace is one of "others" here. */
  private static void open(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A file that lies beside this program's classes. */
  static byte[] resource(String name) {
    try (InputStream in = Objects.requireNonNull(Workshop.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  /** Where {@link #busybox} and {@link #worker} lie alone. */
  Path tools() {
    return directory.resolve("tools");
  }

  Path busybox() {
    return tools().resolve(BUSYBOX);
  }

  Path worker() {
    return tools().resolve(WORKER);
  }

  @Override
  public void close() {
    Scratch.delete(directory);
  }
}
