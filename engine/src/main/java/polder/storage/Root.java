package polder.storage;

import java.nio.file.Path;
import java.util.List;

/** A zone's root as it lies on the host; ids on disk are the natural ones: 0 is root. */
public sealed interface Root {
  /**
   * A directory that is the root itself.
   *
   * @param directory the host's path
   */
  record Tree(Path directory) implements Root {}

  /**
   * Read-only layers that zones share, and what this zone changed.
   *
   * @param layers the lowest first; at least one
   * @param upper what the zone wrote
   * @param work the kernel's own, beside {@code upper} on the same file system
   */
  record Overlay(List<Path> layers, Path upper, Path work) implements Root {
    public Overlay {
      layers = List.copyOf(layers);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("an overlay needs a layer");
      }
    }
  }
}
