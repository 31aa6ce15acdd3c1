package polder.image.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.model.Json;

/** A document that leads to an image. It is one thing or the other: CVE-2021-41190. */
public sealed interface ImageDocument permits ImageIndex, ImageManifest {
  /** The longest that is read. */
  int LONGEST = 4 << 20;

  /** As many layers as Docker allows; overlayfs allows 500. */
  int LAYERS = 127;

  /** As many as an index may lead to. */
  int MANIFESTS = 1000;

  /**
   * Reads one.
   *
   * @param mediaType what its sender says it is; of no matter if it is none of those that we know
   * @throws polder.model.PolderException INVALID
   */
  static ImageDocument read(String mediaType, byte[] bytes) {
    if (bytes.length > LONGEST) {
      throw Malformed.because("its manifest is longer than %d bytes", LONGEST);
    }
    Map<String, Object> tree = Json.object(bytes);
    if (!Long.valueOf(2).equals(tree.get("schemaVersion"))) {
      throw Malformed.because(
          "its manifest is of schema %s; 2 is read: push it with a newer program",
          Malformed.shown(String.valueOf(tree.get("schemaVersion"))));
    }
    Object own = tree.getOrDefault("mediaType", mediaType);
    boolean known = Types.INDEXES.contains(mediaType) || Types.MANIFESTS.contains(mediaType);
    if (!(own instanceof String type) || (known && !type.equals(mediaType))) {
      throw Malformed.because("its manifest says that it is something else than its sender says");
    }
    boolean leads = tree.containsKey("manifests");
    boolean holds = tree.containsKey("layers") || tree.containsKey("config");
    if (leads == holds
        || (leads && Types.MANIFESTS.contains(type))
        || (holds && Types.INDEXES.contains(type))) {
      throw Malformed.because("it is not clear whether its manifest is an index");
    }
    if (leads) {
      return new ImageIndex(list(tree, "manifests", MANIFESTS));
    }
    return new ImageManifest(
        Descriptor.read(tree.get("config"), "its configuration"), list(tree, "layers", LAYERS));
  }

  private static List<Descriptor> list(Map<String, Object> tree, String name, int most) {
    if (!(tree.get(name) instanceof List<?> list)) {
      throw Malformed.because("its manifest has no list of %s", name);
    }
    if (list.size() > most) {
      throw Malformed.because("it has %d %s; %d are read", list.size(), name, most);
    }
    List<Descriptor> all = new ArrayList<>();
    for (Object each : list) {
      all.add(Descriptor.read(each, "one of its " + name));
    }
    return all;
  }

  /** The media types that say which of the two it is. */
  final class Types {
    private static final Set<String> INDEXES =
        Set.of(
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final Set<String> MANIFESTS =
        Set.of(
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private Types() {}
  }
}
