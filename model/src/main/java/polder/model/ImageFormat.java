package polder.model;

import java.util.Optional;

/**
 * As what an image is written down for others.
 *
 * @param kind as what
 * @param compression how its layers are compressed; empty for what is usual with it
 */
public record ImageFormat(Kind kind, Optional<Compression> compression) {
  /** As an OCI layout, its layers gzip. */
  public static final ImageFormat USUAL = new ImageFormat(Kind.OCI, Optional.empty());

  /** What an image is written down as. */
  public enum Kind {
    /** A tar with an OCI layout in it: what skopeo, podman and {@code polder image import} read. */
    OCI(Compression.GZIP),
    /** The same, with what {@code docker load} wants beside it. */
    DOCKER(Compression.NONE),
    /** A tar of the files alone, all layers laid on each other. */
    ROOTFS(Compression.GZIP);

    private final Compression usual;

    Kind(Compression usual) {
      this.usual = usual;
    }
  }

  /** How its layers, or all of it, are compressed. */
  public Compression compressed() {
    return compression.orElse(kind.usual);
  }
}
