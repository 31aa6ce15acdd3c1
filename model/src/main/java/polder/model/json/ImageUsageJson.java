package polder.model.json;

import static polder.model.json.Strict.must;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Image;
import polder.model.ImagePruning;
import polder.model.ImageUsage;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What images take of the disk, and what was taken away. */
public final class ImageUsageJson {
  /** What an image takes. */
  public static final Type<ImageUsage> USAGE = usage();

  /** What was taken away. */
  public static final Type<ImagePruning> PRUNING = pruning();

  private ImageUsageJson() {}

  /** Reads strictly what an image takes. */
  public static ImageUsage readUsage(@Nullable Object tree) {
    return Strict.read(USAGE, tree, "image usage");
  }

  /** What an image takes, as a JSON tree. */
  public static Map<String, Object> write(ImageUsage usage) {
    return Json.asObject(USAGE.write(usage));
  }

  /** Reads strictly what was taken away. */
  public static ImagePruning readPruning(@Nullable Object tree) {
    return Strict.read(PRUNING, tree, "image pruning");
  }

  /** What was taken away, as a JSON tree. */
  public static Map<String, Object> write(ImagePruning pruning) {
    return Json.asObject(PRUNING.write(pruning));
  }

  private static Type<ImageUsage> usage() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "the image");
    Property<List<String>> names =
        Property.of("names", Types.list(Types.LINE), "all its names, name:tag");
    Property<Long> layers =
        Property.of("layers", Types.integer(0, 1 << 20), "how many layers it has");
    Property<Long> shared =
        Property.of("shared", Strict.COUNT, "bytes in layers that other images have, too");
    Property<Long> own = Property.of("own", Strict.COUNT, "bytes that go with it");
    Property<Boolean> zones = Property.of("zones", Types.BOOLEAN, "whether a zone is made from it");
    return new ObjectType<>(
        "image usage",
        List.of(
            must(uuid, ImageUsage::uuid),
            must(names, ImageUsage::names),
            must(layers, usage -> (long) usage.layers()),
            must(shared, ImageUsage::shared),
            must(own, ImageUsage::own),
            must(zones, ImageUsage::zones)),
        v ->
            new ImageUsage(
                v.get(uuid),
                v.get(names),
                Math.toIntExact(v.get(layers)),
                v.get(shared),
                v.get(own),
                v.get(zones)));
  }

  private static Type<ImagePruning> pruning() {
    Property<List<Image>> images =
        Property.of("images", Types.list(ImageJson.IMAGE), "each by one of its names");
    Property<Long> layers =
        Property.of("layers", Types.integer(0, 1 << 20), "how many layers that no other image has");
    Property<Long> bytes = Property.of("bytes", Strict.COUNT, "the bytes of their files");
    return new ObjectType<>(
        "image pruning",
        List.of(
            must(images, ImagePruning::images),
            must(layers, pruning -> (long) pruning.layers()),
            must(bytes, ImagePruning::bytes)),
        v -> new ImagePruning(v.get(images), Math.toIntExact(v.get(layers)), v.get(bytes)));
  }
}
