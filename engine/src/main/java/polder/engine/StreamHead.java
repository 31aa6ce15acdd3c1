package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneSpec;
import polder.model.json.ImageJson;

/**
 * What a stream says first: which zone it is.
 *
 * @param spec its payload where it was sent
 * @param config what its image says, if it is of one
 * @param sent when
 * @param plan which snapshots of it are sent; empty if its sender is of a version that did not say
 */
record StreamHead(
    ZoneSpec spec, Optional<ImageConfig> config, Instant sent, Optional<StreamPlan> plan) {
  private static final String KIND = "zone";

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("kind", KIND);
    tree.put("polder", Polder.version());
    tree.put("sent", sent.toString());
    tree.put("zone", spec.write());
    config.ifPresent(image -> tree.put("image_config", ImageJson.write(image)));
    plan.ifPresent(snapshots -> tree.put("plan", snapshots.write()));
    return tree;
  }

  /**
   * Reads it.
   *
   * @throws PolderException INVALID
   */
  static StreamHead read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    try {
      if (!fields.text("kind").equals(KIND)) {
        throw Fields.wrong("kind");
      }
      ZoneSpec spec = ZoneSpec.read(fields.object("zone"));
      if (!spec.has(polder.model.ZoneProperties.ZONE_UUID)) {
        throw Fields.wrong("zone");
      }
      return new StreamHead(
          spec.checked(),
          Optional.ofNullable(tree.get("image_config")).map(ImageJson::readConfig),
          fields.time("sent"),
          tree.containsKey("plan")
              ? Optional.of(StreamPlan.read(fields.object("plan")))
              : Optional.empty());
    } catch (PolderException e) {
      throw StreamPart.refused(e);
    }
  }
}
