package polder.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.image.oci.Configuration;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.linux.Bytes;
import polder.model.Image;
import polder.model.ImageRequest;

/**
 * An image that comes in layers.
 *
 * @param document its configuration as it came: the image is known by its SHA-256 digest
 * @param configuration how it is run, and what its layers are
 * @param layers its layers as they are sent, in the same order
 * @param documents the digests of the manifest and the index that led to it
 * @param blobs where the layers are
 */
public record LayeredImage(
    Bytes document,
    Configuration configuration,
    List<Descriptor> layers,
    Set<Digest> documents,
    BlobSource blobs) {
  public LayeredImage {
    layers = List.copyOf(layers);
    documents = Set.copyOf(documents);
    if (layers.size() != configuration.layers().size()) {
      throw Refusal.invalid(
          "the image is refused: its manifest has %d layers, its configuration %d",
          layers.size(), configuration.layers().size());
    }
  }

  /** What the image is known by. */
  Digest id() {
    return Digest.of(document.toArray());
  }

  /**
   * What its root is made of, by the digest of what is in it, the lowest first. One that is there
   * twice counts where it is uppermost: overlayfs takes no directory twice, and what it shows there
   * is the same.
   */
  Map<Digest, Descriptor> parts() {
    Map<Digest, Descriptor> parts = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      Digest content = configuration.layers().get(i);
      parts.remove(content);
      parts.put(content, layers.get(i));
    }
    return parts;
  }

  /** It as it is asked for, run as its configuration says; {@code bytes} are those of its files. */
  Image named(ImageRequest request, long bytes) {
    Digest id = id();
    return new Image(
        StoredImage.uuid(id.bytes()),
        id.value(),
        request.name(),
        request.tag(),
        bytes,
        Instant.now(),
        configuration.platform().os(),
        configuration.platform().arch(),
        configuration.run(),
        contents().stream().map(Digest::value).toList(),
        request.about());
  }

  List<Digest> contents() {
    return new ArrayList<>(parts().keySet());
  }
}
