package polder.image;

import java.util.List;
import java.util.function.Consumer;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.model.Image;

/**
 * Who has which name, on the disk and in the catalogue: a name has one image, and going from one to
 * another it is never without any. Callers hold the catalogue's lock.
 */
final class ImageNames {
  private final Directory trees;
  private final FileName manifest;
  private final Catalogue catalogue;

  /**
   * The names of a store's images.
   *
   * @param trees where each image has a directory; stays the caller's
   * @param manifest the file in it that says its names
   */
  ImageNames(Directory trees, FileName manifest, Catalogue catalogue) {
    this.trees = trees;
    this.manifest = manifest;
    this.catalogue = catalogue;
  }

  /** Replaces what is on the disk of an image, then what the catalogue has of it. */
  void save(StoredImage stored, Consumer<String> places) {
    places.accept("write the manifest of image " + stored.digits());
    write(stored);
    places.accept("write the manifest of image " + stored.digits());
  }

  private void write(StoredImage stored) {
    try (Directory tree = trees.enter(FileName.of(stored.digits()))) {
      DurableFile.replace(tree, manifest, stored.write());
    }
    catalogue.show(stored);
  }

  /**
   * Saves {@code now}, which has a name that others may have had; if that fails all is as before.
   */
  void rename(StoredImage before, StoredImage now, Image named, Consumer<String> places) {
    // it first, so that a crash leaves the name with both and not with none
    try {
      save(now, places);
      takeFromOthers(now, named, places);
    } catch (SyscallException e) {
      restore(e, List.of(before));
      throw e;
    }
  }

  /** Takes the name of an image that has it now from all others; if that fails they have it. */
  void takeFromOthers(StoredImage now, Image named, Consumer<String> places) {
    List<StoredImage> losers = catalogue.others(now.digits(), named.name(), named.tag());
    try {
      losers.forEach(loser -> save(loser.without(named.name(), named.tag()), places));
    } catch (SyscallException e) {
      restore(e, losers);
      throw e;
    }
  }

  private void restore(SyscallException cause, List<StoredImage> images) {
    try {
      images.forEach(this::write);
    } catch (SyscallException e) {
      cause.addSuppressed(e);
    }
  }

  /** Gives a tree another name, for good; if that fails it has its old one. */
  void move(Directory from, FileName name, Directory to, FileName now, Consumer<String> places) {
    from.rename(name, to, now);
    try {
      places.accept("rename " + name);
      trees.sync();
      places.accept("sync the names of the images");
    } catch (SyscallException e) {
      to.rename(now, from, name);
      throw e;
    }
  }

  /** Where each image has a directory. */
  Directory trees() {
    return trees;
  }
}
