package polder.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.Fault;
import polder.model.ZoneSpec;

/**
 * One way of keeping datasets. What is there already, or gone already, is success: each method may
 * be called again after a crash.
 */
public interface Storage {
  /** Its name, as {@code info} shows it: "overlay". */
  String driver();

  /** Says what in {@code spec} it cannot do, a fault for each; empty if it can. */
  List<Fault> verify(ZoneSpec spec);

  /**
   * Makes the dataset of {@code zone}, if it is not there.
   *
   * @param layers the image's, the lowest first; none for an empty tree
   */
  Root create(UUID zone, List<Path> layers);

  /** The dataset of {@code zone}. */
  Optional<Root> find(UUID zone);

  /**
   * Takes the dataset of {@code zone} away; nothing if there is none. All that is in it is removed
   * a little later, in the background.
   */
  void destroy(UUID zone);

  /** Waits until what was made and destroyed is so on the disk. */
  void sync();

  /** Where what was destroyed lies that could not be removed, each with its path. */
  List<String> stuck();

  /** How many bytes on disk are the zone's own; 0 if it has no dataset. Walks all its files. */
  long used(UUID zone);

  /** The zones that have a dataset. */
  List<UUID> list();
}
