package polder.brand;

import java.nio.file.Path;
import java.util.List;

/**
 * The files that a zone's root is made of, as they lie on the host; ids on disk are the natural
 * ones.
 */
public sealed interface RootFiles {
  /**
   * A directory that is the root itself.
   *
   * @param directory the host's path
   */
  record Tree(Path directory) implements RootFiles {}

  /**
   * Read-only layers, and what this zone changed.
   *
   * @param layers the lowest first; at least one
   * @param upper what the zone wrote
   * @param work the kernel's own, on the same file system as {@code upper}
   */
  record Overlay(List<Path> layers, Path upper, Path work) implements RootFiles {
    public Overlay {
      layers = List.copyOf(layers);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("an overlay needs a layer");
      }
    }
  }
}
