package polder.storage;

import java.nio.file.Path;
import java.util.List;

/** What the receiver of a dataset has already, so that it need not be sent. */
public sealed interface Origin {
  /** Nothing: all is sent. */
  record Nothing() implements Origin {}

  /**
   * The image that the dataset is of.
   *
   * @param layers its layers, the lowest first; at least one
   */
  record Image(List<Path> layers) implements Origin {
    public Image {
      layers = List.copyOf(layers);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("an image without layers is nothing");
      }
    }
  }

  /**
   * A snapshot of the dataset.
   *
   * @param name its name, which may be another on the other side
   */
  record Snapshot(String name) implements Origin {}
}
