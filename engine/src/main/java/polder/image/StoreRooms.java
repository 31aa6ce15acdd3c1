package polder.image;

import java.nio.file.Path;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.InodeFlags;

/**
 * The directories of a store, open.
 *
 * @param trees a directory for each image
 * @param unfinished what is coming or going
 * @param layers what images share
 */
record StoreRooms(Directory trees, Directory unfinished, LayerStore layers)
    implements AutoCloseable {
  private static final int OWNER_ONLY = 0700;

  /** Opens them, and makes them if need be; {@code store}, at {@code path}, stays the caller's. */
  static StoreRooms open(Directory store, Path path, Limits limits) {
    Directory unfinished = store.ensureDirectory(FileName.of("unfinished"), OWNER_ONLY);
    try {
      var _ =
          InodeFlags.spread(unfinished); // or ext4 looks for inodes among those freed a moment ago
      LayerStore layers = new LayerStore(store, path, unfinished, limits);
      try {
        Directory trees = store.ensureDirectory(FileName.of("sha256"), OWNER_ONLY);
        return new StoreRooms(trees, unfinished, layers);
      } catch (RuntimeException e) {
        layers.close();
        throw e;
      }
    } catch (RuntimeException e) {
      unfinished.close();
      throw e;
    }
  }

  @Override
  public void close() {
    trees.close();
    layers.close();
    unfinished.close();
  }
}
