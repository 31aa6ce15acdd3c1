package polder.brand.zone;

import java.util.List;
import polder.linux.Fd;

/** What a zone's root is mounted from: detached mounts, ids mapped. */
sealed interface RootMount {
  /**
   * A directory.
   *
   * @param mount it
   */
  record Tree(Fd mount) implements RootMount {}

  /**
   * Layers, and a directory that has the upper and work directories.
   *
   * @param layers the lowest first
   * @param dataset upper and work have one mount, or the kernel refuses
   * @param upper its name in the dataset
   * @param work its name in the dataset
   */
  record Overlay(List<Fd> layers, Fd dataset, String upper, String work) implements RootMount {
    public Overlay {
      layers = List.copyOf(layers);
    }
  }
}
