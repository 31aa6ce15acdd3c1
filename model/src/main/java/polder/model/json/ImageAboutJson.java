package polder.model.json;

import static polder.model.json.Strict.may;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Brand;
import polder.model.ImageAbout;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What is said of an image beside how it is run; the names are those of SmartOS's manifests. */
public final class ImageAboutJson {
  /** What is said of an image. */
  public static final Type<ImageAbout> ABOUT = about();

  private ImageAboutJson() {}

  /** Reads it strictly. */
  public static ImageAbout read(@Nullable Object tree) {
    return Strict.read(ABOUT, tree, "image's description");
  }

  /** It as a JSON tree. */
  public static Map<String, Object> write(ImageAbout about) {
    return Json.asObject(ABOUT.write(about));
  }

  /** What a zone made from it must be. */
  private record Requirements(Optional<Brand> brand, Optional<Long> least, Optional<Long> most) {
    static final Requirements NONE =
        new Requirements(Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Type<Requirements> requirements() {
    Type<Long> mib = Types.integer(0, 1L << 30);
    Property<Brand> brand =
        Property.of(
            "brand",
            Types.mapped(
                Types.word("native", "lx", "joyent", "joyent-minimal"),
                word -> Brand.of(word).orElseThrow(),
                Brand::word),
            "the brand that zones made from it must have");
    Property<Long> least = Property.of("min_ram", mib, "the least max_physical_memory, MiB");
    Property<Long> most = Property.of("max_ram", mib, "the most max_physical_memory, MiB");
    return new ObjectType<>(
        "requirements {brand, min_ram, max_ram}",
        List.of(
            may(brand, Requirements::brand),
            may(least, Requirements::least),
            may(most, Requirements::most)),
        v -> new Requirements(v.find(brand), v.find(least), v.find(most)));
  }

  private static Type<ImageAbout> about() {
    Property<UUID> uuid =
        Property.of(
            "uuid", Types.UUID_TYPE, "by which others know it, and which names it here, too");
    Property<UUID> origin = Property.of("origin", Types.UUID_TYPE, "what it was made from");
    Property<String> version = Property.of("version", Types.LINE, "its version");
    Property<String> type = Property.of("type", Types.LINE, "such as lx-dataset");
    Property<Instant> published =
        Property.of("published_at", Strict.INSTANT, "when it was made public");
    Property<String> description = Property.of("description", Types.TEXT, "what it is");
    Property<String> homepage = Property.of("homepage", Types.LINE, "where more is said of it");
    Property<Requirements> requirements =
        Property.of("requirements", requirements(), "what zones made from it must be");
    return new ObjectType<>(
        "image description",
        List.of(
            may(uuid, ImageAbout::uuid),
            may(origin, ImageAbout::origin),
            may(version, ImageAbout::version),
            may(type, ImageAbout::type),
            may(published, ImageAbout::published),
            may(description, ImageAbout::description),
            may(homepage, ImageAbout::homepage),
            may(
                requirements,
                about ->
                    Optional.of(new Requirements(about.brand(), about.minRam(), about.maxRam()))
                        .filter(all -> !all.equals(Requirements.NONE)))),
        v -> {
          Requirements all = v.find(requirements).orElse(Requirements.NONE);
          return new ImageAbout(
              v.find(uuid),
              v.find(origin),
              v.find(version),
              v.find(type),
              v.find(published),
              v.find(description),
              v.find(homepage),
              all.brand(),
              all.least(),
              all.most());
        });
  }
}
