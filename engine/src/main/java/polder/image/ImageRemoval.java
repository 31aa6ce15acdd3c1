package polder.image;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import polder.image.oci.Digest;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImagePruning;
import polder.model.ImageUsage;
import polder.model.PolderException;

/**
 * What images take of the disk, and how they go. An image goes by one rename, decided on under the
 * store's lock; its layers go when no image has them, and what holds an image or a layer keeps it.
 */
final class ImageRemoval {
  private final Directory unfinished;
  private final LayerStore layers;
  private final Catalogue catalogue;
  private final ImageNames names;
  private final ReentrantLock lock;
  private final ImageHolds holds;
  private final Predicate<UUID> inUse;
  private final Set<String> damaged;

  /**
   * From one store.
   *
   * @param unfinished where what is going lies; stays the caller's
   * @param lock the store's own
   * @param inUse whether a zone is made from an image
   * @param damaged the digits of images that were found damaged
   */
  ImageRemoval(
      Directory unfinished,
      LayerStore layers,
      Catalogue catalogue,
      ImageNames names,
      ReentrantLock lock,
      ImageHolds holds,
      Predicate<UUID> inUse,
      Set<String> damaged) {
    this.unfinished = unfinished;
    this.layers = layers;
    this.catalogue = catalogue;
    this.names = names;
    this.lock = lock;
    this.holds = holds;
    this.inUse = inUse;
    this.damaged = damaged;
  }

  /** Takes an image away, or one of its names: {@link polder.model.Images#delete}. */
  void delete(String reference, Consumer<String> places) {
    Optional<FileName> gone;
    lock.lock();
    try {
      Optional<Image> named = catalogue.named(reference);
      StoredImage stored =
          named
              .map(image -> catalogue.find(image.uuid().toString()))
              .orElseGet(() -> catalogue.find(reference));
      if (named.isPresent() && stored.claims().size() > 1) {
        names.save(stored.without(named.get().name(), named.get().tag()), places);
        gone = Optional.empty();
      } else {
        refuseIfUsed(stored);
        gone = Optional.of(take(stored, places));
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot delete image '" + reference + "'", e);
    } finally {
      lock.unlock();
    }
    gone.ifPresent(going -> remove(List.of(going)));
  }

  /** Moves an image to where it is not one any more; with the lock. */
  private FileName take(StoredImage stored, Consumer<String> places) {
    FileName going = FileName.of(UUID.randomUUID().toString());
    names.move(names.trees(), FileName.of(stored.digits()), unfinished, going, places);
    catalogue.hide(stored);
    return going;
  }

  private void remove(Collection<FileName> going) {
    try {
      going.forEach(each -> Tree.delete(unfinished, each));
    } catch (SyscallException e) {
      throw Refusal.failed("the image is gone, but its files are not all removed", e);
    } finally {
      sweepLayers();
    }
  }

  private void sweepLayers() {
    lock.lock();
    try {
      if (!keepsLayers()) {
        layers.sweep(catalogue.layers());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Nobody knows which layers an image has that is damaged: none goes while a zone is made of it.
   */
  private boolean keepsLayers() {
    return damaged.stream()
        .anyMatch(digits -> catalogue.at(digits).isEmpty() && inUse.test(uuid(digits)));
  }

  private static UUID uuid(String digits) {
    return StoredImage.uuid(HexFormat.of().parseHex(digits));
  }

  private void refuseIfUsed(StoredImage stored) {
    if (isUsed(stored)) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "image '%s' is in use by a zone: delete the zone first"
              .formatted(StoredImage.key(stored.first())));
    }
  }

  private boolean isUsed(StoredImage stored) {
    return inUse.test(stored.uuid()) || holds.has(stored.uuid());
  }

  /** Takes away what nobody needs: {@link polder.model.Images#prune}. */
  ImagePruning prune(boolean all, boolean dryRun, Consumer<String> places) {
    List<FileName> going = new ArrayList<>();
    ImagePruning pruning;
    lock.lock();
    try {
      List<StoredImage> useless =
          catalogue.all().stream()
              .filter(stored -> (all || !stored.hasName()) && !isUsed(stored))
              .toList();
      pruning = pruning(useless);
      if (!dryRun) {
        useless.forEach(stored -> going.add(take(stored, places)));
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot take images away", e);
    } finally {
      lock.unlock();
      if (!dryRun) {
        remove(going); // also what was taken before it failed
      }
    }
    return pruning;
  }

  private ImagePruning pruning(List<StoredImage> useless) {
    Set<Digest> left = new HashSet<>();
    catalogue.all().stream()
        .filter(stored -> !useless.contains(stored))
        .forEach(stored -> left.addAll(stored.layers()));
    List<FileName> going = keepsLayers() ? List.of() : layers.unused(left);
    long bytes = going.stream().mapToLong(layer -> layers.find(layer).orElse(0)).sum();
    for (StoredImage stored : useless) {
      bytes += stored.layers().isEmpty() ? stored.first().size() : 0;
    }
    return new ImagePruning(useless.stream().map(StoredImage::first).toList(), going.size(), bytes);
  }

  /** What each image takes: {@link polder.model.Images#usage}. */
  List<ImageUsage> usage() {
    List<StoredImage> all = catalogue.all();
    List<ImageUsage> usage = new ArrayList<>();
    for (StoredImage stored : all) {
      Set<Digest> others = new HashSet<>();
      all.stream()
          .filter(other -> !other.digits().equals(stored.digits()))
          .forEach(other -> others.addAll(other.layers()));
      long shared = 0;
      long own = stored.layers().isEmpty() ? stored.first().size() : 0;
      for (Digest layer : stored.layers()) {
        long bytes = layers.find(layer).orElse(0);
        shared += others.contains(layer) ? bytes : 0;
        own += others.contains(layer) ? 0 : bytes;
      }
      usage.add(
          new ImageUsage(
              stored.uuid(),
              stored.claims().stream().map(claim -> StoredImage.key(claim.image())).toList(),
              Math.max(1, stored.layers().size()),
              shared,
              own,
              inUse.test(stored.uuid())));
    }
    usage.sort(Comparator.comparingLong(each -> -each.own() - each.shared()));
    return List.copyOf(usage);
  }
}
