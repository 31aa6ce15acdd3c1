package polder.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** The file in which a dataset says of which layers it is: one path a line, the lowest first. */
final class LayerList {
  private static final int MOST_TEXT = 1 << 20;

  private LayerList() {}

  /** Writes it, synced. */
  static void write(Directory directory, FileName name, List<Path> layers) {
    write(directory, name, layers, true);
  }

  /** Writes it where all that was made is synced before anybody is told of it. */
  static void note(Directory directory, FileName name, List<Path> layers) {
    write(directory, name, layers, false);
  }

  private static void write(Directory directory, FileName name, List<Path> layers, boolean synced) {
    StringBuilder text = new StringBuilder();
    for (Path layer : layers) {
      String path = layer.toAbsolutePath().toString();
      if (path.indexOf('\n') >= 0) {
        throw new PolderException(
            ErrorKind.INVALID, "a layer's path has a line break in it: " + path);
      }
      text.append(path).append('\n');
    }
    try (var file = directory.create(name, 0600)) {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      file.write(bytes, 0, bytes.length);
      if (synced) {
        file.sync();
      }
    }
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  static List<Path> read(Directory directory, FileName name) {
    try (var file = directory.read(name)) {
      List<Path> layers =
          new String(file.readAll(MOST_TEXT), StandardCharsets.UTF_8)
              .lines()
              .map(Path::of)
              .toList();
      if (!layers.stream().allMatch(Path::isAbsolute)) {
        throw new IllegalArgumentException("its list of layers is damaged");
      }
      return layers;
    }
  }
}
