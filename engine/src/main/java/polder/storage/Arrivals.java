package polder.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.FileName;

/**
 * Snapshots that were taken in and are not shown yet: {@code snapshots/.in-NAME} of a dataset that
 * is there already.
 *
 * <p>When all are in, the file {@code received} says so, with the name of the last one: from then
 * on a death is followed by showing them, and by making the dataset what the last one is. Before
 * it, a death is followed by taking them away.
 */
final class Arrivals {
  private static final String HIDDEN = ".";
  private static final String PREFIX = ".in-";
  private static final FileName MARK = FileName.of("received");
  private static final int MOST_TEXT = 1 << 10;

  private Arrivals() {}

  /** What the snapshot {@code name} is called while it is not shown. */
  static FileName hidden(String name) {
    SnapshotName.file(name);
    return FileName.of(PREFIX + name);
  }

  /** Whether an entry of {@code snapshots} is no snapshot that may be seen. */
  static boolean isHidden(FileName entry) {
    return entry.toString().startsWith(HIDDEN);
  }

  /** Writes down that all are in. */
  static void accept(Directory dataset, String last) {
    DurableFile.replace(dataset, MARK, last.getBytes(StandardCharsets.UTF_8));
  }

  /** The last one, if all are in. */
  static Optional<String> accepted(Directory dataset) {
    if (dataset.find(MARK).isEmpty()) {
      return Optional.empty();
    }
    try (var file = dataset.read(MARK)) {
      return Optional.of(new String(file.readAll(MOST_TEXT), StandardCharsets.UTF_8));
    }
  }

  /** Shows those that are in. */
  static void show(Directory dataset, Directory snapshots) {
    for (FileName name : in(snapshots)) {
      FileName shown = FileName.of(name.toString().substring(PREFIX.length()));
      snapshots.rename(name, snapshots, shown);
    }
    snapshots.sync();
    forget(dataset);
  }

  /** They are not in after all, or are shown. */
  static void forget(Directory dataset) {
    if (dataset.find(MARK).isPresent()) {
      dataset.remove(MARK);
      dataset.sync();
    }
  }

  /** Takes all away that is hidden. */
  static void drop(Directory snapshots, BiConsumer<Directory, FileName> remove) {
    for (DirectoryEntry entry : snapshots.entries()) {
      if (isHidden(entry.name())) {
        remove.accept(snapshots, entry.name());
      }
    }
  }

  private static List<FileName> in(Directory snapshots) {
    List<FileName> found = new ArrayList<>();
    for (DirectoryEntry entry : snapshots.entries()) {
      if (entry.name().toString().startsWith(PREFIX)) {
        found.add(entry.name());
      }
    }
    return found;
  }
}
