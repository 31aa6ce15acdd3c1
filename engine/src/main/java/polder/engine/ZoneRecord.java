package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import polder.brand.IdRange;
import polder.model.ImageConfig;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.json.ImageJson;

/**
 * What is kept of a zone: {@code zones/UUID/zone.json}. Whether it is wanted running is its spec's
 * {@code autoboot}, which start and stop set.
 *
 * @param generation one more with each write
 * @param spec what is asked; has a uuid
 * @param ids the host ids that are its own; empty without a user namespace
 * @param created when it was created
 * @param modified when its spec changed last
 * @param config what its image says, for a zone that came here without it
 * @param imageName what its image was called, as name:tag, for a zone that came here without it
 * @param kept empty for a zone that is there; for one that was deleted, until when it is kept
 */
record ZoneRecord(
    long generation,
    ZoneSpec spec,
    Optional<IdRange> ids,
    Instant created,
    Instant modified,
    Optional<ImageConfig> config,
    Optional<String> imageName,
    Optional<Kept> kept) {
  private static final Pattern IMAGE = Pattern.compile("[!-~]{1,300}");

  /**
   * What is known of a zone that was deleted.
   *
   * @param deleted when
   * @param until when it is to be destroyed
   */
  record Kept(Instant deleted, Instant until) {}

  ZoneRecord(
      long generation, ZoneSpec spec, Optional<IdRange> ids, Instant created, Instant modified) {
    this(generation, spec, ids, created, modified, Optional.empty());
  }

  ZoneRecord(
      long generation,
      ZoneSpec spec,
      Optional<IdRange> ids,
      Instant created,
      Instant modified,
      Optional<ImageConfig> config) {
    this(generation, spec, ids, created, modified, config, Optional.empty(), Optional.empty());
  }

  UUID uuid() {
    return spec.uuid();
  }

  /** The record of a zone that has addresses and ids now. */
  ZoneRecord placed(ZoneSpec settled, Optional<IdRange> own) {
    return new ZoneRecord(generation, settled, own, created, modified, config, imageName, kept);
  }

  /** The record after a change of the spec. */
  ZoneRecord with(ZoneSpec changed, Instant now) {
    return new ZoneRecord(generation + 1, changed, ids, created, now, config, imageName, kept);
  }

  /** The record after its deletion: it has no ids, and does not start with the host. */
  ZoneRecord deleted(Kept how) {
    ZoneSpec down = spec.with(ZoneProperties.AUTOBOOT, false);
    return new ZoneRecord(
        generation + 1,
        down,
        Optional.empty(),
        created,
        modified,
        config,
        imageName,
        Optional.of(how));
  }

  /** The record of a deleted zone after its return. */
  ZoneRecord undeleted(ZoneSpec changed, Optional<IdRange> own, Instant now) {
    return new ZoneRecord(
        generation + 1, changed, own, created, now, config, imageName, Optional.empty());
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("uuid", uuid().toString());
    tree.put("generation", generation);
    tree.put("created", created.toString());
    tree.put("modified", modified.toString());
    ids.ifPresent(
        range -> {
          tree.put("ids_base", range.base());
          tree.put("ids_count", (long) range.count());
        });
    tree.put("spec", spec.write());
    config.ifPresent(image -> tree.put("image_config", ImageJson.write(image)));
    imageName.ifPresent(name -> tree.put("image_name", name));
    kept.ifPresent(
        how -> {
          tree.put("deleted", how.deleted().toString());
          tree.put("kept_until", how.until().toString());
        });
    return tree;
  }

  static ZoneRecord read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    ZoneSpec spec = ZoneSpec.read(fields.object("spec"));
    if (!spec.find(ZoneProperties.ZONE_UUID).equals(Optional.of(fields.uuid("uuid")))) {
      throw Document.damaged("its spec is another zone's");
    }
    return new ZoneRecord(
        fields.number("generation"),
        spec,
        fields.optionalNumber("ids_base").map(base -> ids(base, fields)),
        fields.time("created"),
        fields.time("modified"),
        Optional.ofNullable(tree.get("image_config")).map(ImageJson::readConfig),
        fields.optionalText("image_name").map(ZoneRecord::imageName),
        tree.containsKey("deleted")
            ? Optional.of(new Kept(fields.time("deleted"), fields.time("kept_until")))
            : Optional.empty());
  }

  private static String imageName(String name) {
    if (!IMAGE.matcher(name).matches()) {
      throw Fields.wrong("image_name");
    }
    return name;
  }

  private static IdRange ids(long base, Fields fields) {
    try {
      return new IdRange(base, fields.count("ids_count", 1));
    } catch (IllegalArgumentException e) {
      throw Fields.wrong("ids_base");
    }
  }
}
