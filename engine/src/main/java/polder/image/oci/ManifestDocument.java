package polder.image.oci;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import polder.model.Json;

/** An image's manifest as it is written: OCI image specification 1.1, manifest.md. */
public final class ManifestDocument {
  /** What it is called. */
  public static final String TYPE = "application/vnd.oci.image.manifest.v1+json";

  /** What the configuration in it is called. */
  public static final String CONFIG = "application/vnd.oci.image.config.v1+json";

  private static final String DOCKER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  private static final String GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

  private ManifestDocument() {}

  /** The text of one; Docker's name of a layer becomes the OCI's, which means the same. */
  public static byte[] write(ImageManifest manifest) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("schemaVersion", 2L);
    tree.put("mediaType", TYPE);
    tree.put("config", tree(manifest.config()));
    tree.put("layers", manifest.layers().stream().map(ManifestDocument::tree).toList());
    return Json.write(tree).getBytes(StandardCharsets.UTF_8);
  }

  /** What names a piece of content, as JSON. */
  public static Map<String, Object> tree(Descriptor descriptor) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("mediaType", descriptor.mediaType().equals(DOCKER) ? GZIP : descriptor.mediaType());
    tree.put("digest", descriptor.digest().value());
    tree.put("size", descriptor.size());
    return tree;
  }
}
