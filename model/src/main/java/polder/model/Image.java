package polder.model;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A userland that zones are made from.
 *
 * @param uuid identity, made from the digest: the same content has the same uuid on every host
 * @param digest {@code sha256:} and 64 hex digits, of the file that was imported
 * @param name what people call it, such as {@code debian}
 * @param tag its version, such as {@code 12}
 * @param size bytes that its files take on disk
 * @param imported when it came to this host
 * @param os {@code linux}
 * @param arch {@code amd64} or {@code arm64}
 * @param config how it is run
 * @param layers the digests of its layers' archives, the lowest first; none for a tree of its own
 * @param about what else is said of it
 */
public record Image(
    UUID uuid,
    String digest,
    String name,
    String tag,
    long size,
    Instant imported,
    String os,
    String arch,
    ImageConfig config,
    List<String> layers,
    ImageAbout about) {
  public Image {
    layers = List.copyOf(layers);
  }

  /** It with those layers. */
  public Image withLayers(List<String> digests) {
    return new Image(uuid, digest, name, tag, size, imported, os, arch, config, digests, about);
  }

  /** It by another name. */
  public Image named(String other, String otherTag) {
    return new Image(
        uuid, digest, other, otherTag, size, imported, os, arch, config, layers, about);
  }
}
