package polder.image.oci;

import java.util.List;

/**
 * What an image consists of: OCI image specification 1.1, manifest.md; Docker's schema 2.
 *
 * @param config the image's configuration
 * @param layers archives of its files, the lowest first
 */
public record ImageManifest(Descriptor config, List<Descriptor> layers) implements ImageDocument {
  public ImageManifest {
    layers = List.copyOf(layers);
  }
}
