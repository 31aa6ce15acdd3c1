package polder.model.json;

import static java.time.temporal.ChronoUnit.SECONDS;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Brand;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Type;
import polder.model.Types;

/**
 * SmartOS's image manifest, version 2, as imgadm(8) keeps it. What it says that nobody here asks
 * for is left alone, as manifests have more fields with each release.
 */
public final class SmartManifest {
  private static final Type<Long> MIB = Types.integer(0, 1L << 30);
  private static final String NOBODY = "00000000-0000-0000-0000-000000000000";
  private static final List<String> TYPES = List.of("lx-dataset", "docker", "other");

  private final Map<String, Object> manifest;
  private final List<Fault> faults = new ArrayList<>();

  private SmartManifest(Map<String, Object> manifest) {
    this.manifest = manifest;
  }

  /**
   * What an image is to be called, and what is said of it.
   *
   * @param tree the manifest as JSON
   * @throws PolderException INVALID with all that is wrong; UNSUPPORTED for what is no userland of
   *     Linux
   */
  public static ImageRequest read(@Nullable Object tree) {
    return new SmartManifest(Json.asObject(tree)).request();
  }

  /**
   * The file that a manifest speaks of: a tarball of an image's files.
   *
   * @param sha1 of its bytes, in hexadecimal digits
   * @param size in bytes
   * @param compression how it is compressed
   */
  public record File(String sha1, long size, Compression compression) {
    public File {
      if (compression == Compression.ZSTD) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "a manifest of SmartOS has no word for zstd; use gzip or none for its file");
      }
    }
  }

  /**
   * The manifest of an image that is written down as a tarball, as {@link #read} takes it back. It
   * has no origin: all layers are in the file.
   */
  public static Map<String, Object> write(Image image, File file) {
    ImageAbout about = image.about();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("v", 2L);
    tree.put("uuid", about.uuid().orElse(image.uuid()).toString());
    tree.put("owner", NOBODY);
    tree.put("name", image.name());
    tree.put("version", about.version().orElse(image.tag()));
    tree.put("state", "active");
    tree.put("disabled", false);
    tree.put("public", false);
    tree.put(
        "published_at", about.published().orElse(image.imported()).truncatedTo(SECONDS).toString());
    tree.put("type", about.type().orElse("other"));
    tree.put("os", image.os());
    about.description().ifPresent(text -> tree.put("description", text));
    about.homepage().ifPresent(text -> tree.put("homepage", text));
    tree.put(
        "files",
        List.of(
            Map.of(
                "sha1",
                file.sha1(),
                "size",
                file.size(),
                "compression",
                file.compression().name().toLowerCase(Locale.ROOT))));
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("brand", about.brand().orElse(Brand.LX).word());
    about.minRam().ifPresent(least -> asked.put("min_ram", least));
    about.maxRam().ifPresent(most -> asked.put("max_ram", most));
    tree.put("requirements", asked);
    return tree;
  }

  private ImageRequest request() {
    if (!Long.valueOf(2).equals(manifest.get("v"))) {
      faults.add(new Fault("v", "must be 2"));
    }
    Optional<UUID> uuid = find(manifest, "uuid", Types.UUID_TYPE, "uuid");
    Optional<String> name = find(manifest, "name", Types.LINE, "name");
    Optional<String> version = find(manifest, "version", Types.LINE, "version");
    Optional<String> os = find(manifest, "os", Types.LINE, "os");
    Optional<String> type = find(manifest, "type", Types.LINE, "type");
    must("uuid", uuid);
    must("name", name);
    must("version", version);
    must("os", os);
    must("type", type);
    Optional<UUID> origin = find(manifest, "origin", Types.UUID_TYPE, "origin");
    Optional<String> description = find(manifest, "description", Types.TEXT, "description");
    Optional<String> homepage = find(manifest, "homepage", Types.LINE, "homepage");
    Optional<Instant> published =
        find(manifest, "published_at", Types.LINE, "published_at").flatMap(this::time);
    Map<String, Object> asked = object(manifest.get("requirements"), "requirements");
    Optional<String> brand = find(asked, "brand", Types.LINE, "requirements.brand");
    Optional<Long> least = find(asked, "min_ram", MIB, "requirements.min_ram");
    Optional<Long> most = find(asked, "max_ram", MIB, "requirements.max_ram");
    Optional<String> sha1 = sha1();
    if (!faults.isEmpty()) {
      throw new PolderException("the image's manifest is refused", faults);
    }
    refuseOther(os.orElseThrow(), type.orElseThrow());
    ImageAbout about =
        new ImageAbout(
            uuid,
            origin,
            version,
            type,
            published,
            description,
            homepage,
            brand.map(SmartManifest::brand),
            least,
            most);
    return new ImageRequest(
        called(name.orElseThrow().toLowerCase(Locale.ROOT), "[^a-z0-9]+"),
        called(version.orElseThrow(), "[^A-Za-z0-9_.]+"),
        ImageConfig.NONE,
        about,
        sha1);
  }

  private static void refuseOther(String os, String type) {
    if (!os.equals("linux") && !os.equals("other")) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "the image is of '%s': zones here are of Linux".formatted(shown(os)));
    }
    if (!TYPES.contains(type)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "the image is a '%s': of %s zones are made here"
              .formatted(shown(type), String.join(", ", TYPES)));
    }
  }

  private static String shown(String word) {
    String start = word.length() <= 60 ? word : word.substring(0, 60) + "…";
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  private static Brand brand(String word) {
    return Brand.of(word)
        .filter(brand -> brand != Brand.VM)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.UNSUPPORTED,
                    "the image is for zones of brand '%s', which are not made of images here"
                        .formatted(shown(word))));
  }

  /** What names and tags of images cannot have becomes a dash. */
  private static String called(String text, String others) {
    String name = text.replaceAll(others, "-").replaceAll("^[-.]+|[-.]+$", "");
    return name.length() > 128 ? name.substring(0, 128).replaceAll("[-.]+$", "") : name;
  }

  private Optional<String> sha1() {
    if (!(manifest.get("files") instanceof List<?> files) || files.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> file = object(files.get(0), "files");
    if ("bzip2".equals(file.get("compression"))) {
      faults.add(new Fault("files.compression", "bzip2 is not read; use gzip, xz or zstd"));
    }
    return find(file, "sha1", Types.LINE, "files.sha1");
  }

  private Map<String, Object> object(@Nullable Object tree, String path) {
    if (tree == null) {
      return Map.of();
    }
    if (!(tree instanceof Map<?, ?>)) {
      faults.add(new Fault(path, "must be an object, not " + Json.kind(tree)));
      return Map.of();
    }
    return Json.asObject(tree);
  }

  private <T> Optional<T> find(Map<String, Object> tree, String name, Type<T> type, String path) {
    @Nullable Object value = tree.get(name);
    return value == null ? Optional.empty() : Optional.ofNullable(type.read(value, path, faults));
  }

  private void must(String name, Optional<?> value) {
    if (value.isEmpty() && manifest.get(name) == null) {
      faults.add(new Fault(name, "is missing"));
    }
  }

  private Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      faults.add(new Fault("published_at", "is no time such as 2026-01-31T12:00:00Z"));
      return Optional.empty();
    }
  }
}
