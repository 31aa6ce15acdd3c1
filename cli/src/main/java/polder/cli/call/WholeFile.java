package polder.cli.call;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that gets its name when all of it is there; what is no file, such as a pipe, at once. */
public final class WholeFile implements AutoCloseable {
  private final Path path;
  private final Path partial;
  private final OutputStream stream;
  private boolean done;

  private WholeFile(Path path, Path partial) throws IOException {
    this.path = path;
    this.partial = partial;
    this.stream =
        new BufferedOutputStream(
            Files.newOutputStream(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING),
            1 << 16);
  }

  /**
   * Begins one at {@code path}, beside which it grows.
   *
   * @throws IOException if it cannot be written there
   */
  public static WholeFile at(Path path) throws IOException {
    boolean special = Files.exists(path) && !Files.isRegularFile(path);
    Path name = path.getFileName();
    return new WholeFile(path, special ? path : path.resolveSibling(name + ".partial"));
  }

  /** Where its bytes go. */
  public OutputStream stream() {
    return stream;
  }

  /** All of it is there. */
  public void finish() throws IOException {
    stream.close();
    if (!partial.equals(path)) {
      Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
    }
    done = true;
  }

  @Override
  public void close() throws IOException {
    if (!done) {
      stream.close();
      if (!partial.equals(path)) {
        Files.deleteIfExists(partial);
      }
    }
  }
}
