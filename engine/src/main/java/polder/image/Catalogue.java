package polder.image;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.image.StoredImage.Claim;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.PolderException;

/**
 * What images there are, by digits. Read by anybody; written by who holds the store's lock: it is
 * replaced whole.
 */
final class Catalogue {
  private volatile Map<String, StoredImage> images = Map.of();

  void replace(Map<String, StoredImage> all) {
    images = Map.copyOf(all);
  }

  void show(StoredImage stored) {
    Map<String, StoredImage> all = new HashMap<>(images);
    all.put(stored.digits(), stored);
    images = Map.copyOf(all);
  }

  void hide(StoredImage stored) {
    Map<String, StoredImage> all = new HashMap<>(images);
    all.remove(stored.digits());
    images = Map.copyOf(all);
  }

  /** All there are, in no order. */
  List<StoredImage> all() {
    return List.copyOf(images.values());
  }

  /** All images, by name and tag. */
  List<Image> list() {
    return images.values().stream()
        .flatMap(stored -> stored.claims().stream())
        .map(Claim::image)
        .sorted(Comparator.comparing(Image::name).thenComparing(Image::tag))
        .toList();
  }

  Optional<StoredImage> at(String digits) {
    return Optional.ofNullable(images.get(digits));
  }

  Optional<Image> named(String reference) {
    int colon = ImageRequest.beforeTag(reference);
    String name = colon < 0 ? reference : reference.substring(0, colon);
    String tag = colon < 0 ? "latest" : reference.substring(colon + 1);
    return images.values().stream().flatMap(stored -> stored.named(name, tag).stream()).findFirst();
  }

  /** Those that have the name and are not the one with {@code digits}. */
  List<StoredImage> others(String digits, String name, String tag) {
    return images.values().stream()
        .filter(other -> !other.digits().equals(digits))
        .filter(other -> other.named(name, tag).isPresent())
        .toList();
  }

  /** The one to which the document with that digest leads. */
  Optional<StoredImage> ledToBy(Digest document) {
    return images.values().stream()
        .filter(stored -> stored.documents().contains(document))
        .findFirst();
  }

  /** The one with that uuid, digest or beginning of it, or the uuid that it has elsewhere. */
  StoredImage find(String reference) {
    for (StoredImage stored : images.values()) {
      if (stored.uuid().toString().equals(reference)) {
        return stored; // whatever others say of themselves
      }
    }
    List<StoredImage> found =
        images.values().stream().filter(stored -> stored.is(reference)).toList();
    if (found.size() > 1) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' means several images: give more of the digest, or a name".formatted(reference));
    }
    if (found.isEmpty()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "no image '%s': 'polder image list' shows those that are here".formatted(reference));
    }
    return found.get(0);
  }

  /** The names of those that have a layer. */
  List<String> homes(Digest layer) {
    return images.values().stream()
        .filter(stored -> stored.layers().contains(layer))
        .flatMap(stored -> stored.claims().stream())
        .map(claim -> StoredImage.key(claim.image()))
        .sorted()
        .toList();
  }

  /** The layers that any of them has. */
  Set<Digest> layers() {
    Set<Digest> all = new HashSet<>();
    images.values().forEach(stored -> all.addAll(stored.layers()));
    return all;
  }

  /** Refuses an image whose name another one has. */
  void refuseIfTaken(Image image, String digits) {
    if (!others(digits, image.name(), image.tag()).isEmpty()) {
      throw new PolderException(
          ErrorKind.EXISTS,
          ("image '%s' is there already with other contents: import it by another name, and move"
                  + " the name with 'polder image tag'")
              .formatted(StoredImage.key(image)));
    }
  }
}
