package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.Compression;
import polder.model.Healthcheck;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageFormat;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneProperties;

/** Images, what they say of how they are run, and what an imported one is to be called. */
public final class ImageJson {
  /** How an image is run. */
  public static final Type<ImageConfig> CONFIG = config();

  /** What an imported image is to be called and how it is run. */
  public static final Type<ImageRequest> REQUEST = request();

  /** An image. */
  public static final Type<Image> IMAGE = image();

  /** As what an image is written down. */
  public static final Type<String> KIND = Types.word("oci", "docker", "rootfs");

  /** How it is compressed. */
  public static final Type<String> COMPRESSION = Types.word("none", "gzip", "zstd");

  private ImageJson() {}

  /** The format of those words, which are of {@link #KIND} and {@link #COMPRESSION}. */
  public static ImageFormat format(Optional<String> kind, Optional<String> compression) {
    return new ImageFormat(
        kind.map(word -> ImageFormat.Kind.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(ImageFormat.Kind.OCI),
        compression.map(word -> Compression.valueOf(word.toUpperCase(Locale.ROOT))));
  }

  /** Reads an image strictly. */
  public static Image read(@Nullable Object tree) {
    return Strict.read(IMAGE, tree, "image");
  }

  /** The image as a JSON tree. */
  public static Map<String, Object> write(Image image) {
    return Json.asObject(IMAGE.write(image));
  }

  /** Reads how an image is run, strictly. */
  public static ImageConfig readConfig(@Nullable Object tree) {
    return Strict.read(CONFIG, tree, "image's configuration");
  }

  /** How an image is run, as a JSON tree. */
  public static Map<String, Object> write(ImageConfig config) {
    return Json.asObject(CONFIG.write(config));
  }

  /** Reads what an imported image is to be called, strictly. */
  public static ImageRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "image import");
  }

  /** What an imported image is to be called, as a JSON tree. */
  public static Map<String, Object> write(ImageRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  private static Type<ImageConfig> config() {
    Property<List<String>> entrypoint =
        Property.of("entrypoint", ZoneProperties.ENTRYPOINT.type(), "program and first arguments")
            .otherwise(List.of());
    Property<List<String>> cmd =
        Property.of("cmd", ZoneProperties.CMD.type(), "program, or the entrypoint's arguments")
            .otherwise(List.of());
    Property<Map<String, String>> env =
        Property.of("env", ZoneProperties.ENV.type(), "environment").otherwise(Map.of());
    Property<String> workdir =
        Property.of("workdir", ZoneProperties.WORKDIR.type(), "working directory");
    Property<String> user = Property.of("user", ZoneProperties.USER.type(), "user[:group]");
    Property<String> signal =
        Property.of("stop_signal", ZoneProperties.STOP_SIGNAL.type(), "what asks it to end");
    Property<Map<String, String>> labels =
        Property.of("labels", Types.map(Pattern.compile("[ -~]{1,255}"), Types.TEXT), "labels")
            .otherwise(Map.of());
    Property<List<String>> volumes =
        Property.of("volumes", Types.list(Types.PATH), "where data lies that should outlive a zone")
            .otherwise(List.of());
    Property<List<String>> ports =
        Property.of(
                "ports",
                Types.list(
                    Types.text(
                        Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?/(tcp|udp|sctp)"),
                        "a port, or two and '-' between them, and /tcp, /udp or /sctp",
                        16)),
                "what it listens at")
            .otherwise(List.of());
    Property<Healthcheck> healthcheck =
        Property.of(
            "healthcheck", ZoneProperties.HEALTHCHECK.type(), "how to tell whether it is well");
    return new ObjectType<>(
        "image configuration",
        List.of(
            or(entrypoint, ImageConfig::entrypoint),
            or(cmd, ImageConfig::cmd),
            or(env, ImageConfig::env),
            may(workdir, ImageConfig::workdir),
            may(user, ImageConfig::user),
            may(signal, ImageConfig::stopSignal),
            or(labels, ImageConfig::labels),
            or(volumes, ImageConfig::volumes),
            or(ports, ImageConfig::ports),
            may(healthcheck, ImageConfig::healthcheck)),
        v ->
            new ImageConfig(
                v.get(entrypoint),
                v.get(cmd),
                v.get(env),
                v.find(workdir),
                v.find(user),
                v.find(signal),
                v.get(labels),
                v.get(volumes),
                v.get(ports),
                v.find(healthcheck)));
  }

  private static Type<ImageRequest> request() {
    Property<String> name =
        Property.of("name", Types.LINE, "what it is to be called, such as debian");
    Property<String> tag = Property.of("tag", Types.LINE, "its version").otherwise("latest");
    Property<ImageConfig> config =
        Property.of("config", CONFIG, "how it is run").otherwise(ImageConfig.NONE);
    Property<ImageAbout> about =
        Property.of("about", ImageAboutJson.ABOUT, "what else is said of it")
            .otherwise(ImageAbout.NONE);
    Property<String> sha1 = Property.of("sha1", Types.LINE, "the SHA-1 digest of the file");
    return new ObjectType<>(
        "image import",
        List.of(
            must(name, ImageRequest::name),
            or(tag, ImageRequest::tag),
            or(config, ImageRequest::config),
            or(about, ImageRequest::about),
            may(sha1, ImageRequest::sha1)),
        v -> new ImageRequest(v.get(name), v.get(tag), v.get(config), v.get(about), v.find(sha1)));
  }

  private static Type<Image> image() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "identity, made from the digest");
    Property<String> digest =
        Property.of(
            "digest",
            Types.text(Pattern.compile("sha256:[0-9a-f]{64}"), "sha256: and 64 hex digits", 71),
            "of the file that was imported");
    Property<String> name = Property.of("name", Types.LINE, "what people call it");
    Property<String> tag = Property.of("tag", Types.LINE, "its version");
    Property<Long> size = Property.of("size", Strict.COUNT, "bytes that its files take on disk");
    Property<Instant> imported =
        Property.of("imported", Strict.INSTANT, "when it came to this host");
    Property<String> os = Property.of("os", Types.LINE, "linux");
    Property<String> arch = Property.of("arch", Types.LINE, "amd64 or arm64");
    Property<ImageConfig> config = Property.of("config", CONFIG, "how it is run");
    Property<List<String>> layers =
        Property.of("layers", Types.list(Types.LINE), "the digests of its layers, the lowest first")
            .otherwise(List.of());
    Property<ImageAbout> about =
        Property.of("about", ImageAboutJson.ABOUT, "what else is said of it")
            .otherwise(ImageAbout.NONE);
    return new ObjectType<>(
        "image",
        List.of(
            must(uuid, Image::uuid),
            must(digest, Image::digest),
            must(name, Image::name),
            must(tag, Image::tag),
            must(size, Image::size),
            must(imported, Image::imported),
            must(os, Image::os),
            must(arch, Image::arch),
            must(config, Image::config),
            or(layers, Image::layers),
            or(about, Image::about)),
        v ->
            new Image(
                v.get(uuid),
                v.get(digest),
                v.get(name),
                v.get(tag),
                v.get(size),
                v.get(imported),
                v.get(os),
                v.get(arch),
                v.get(config),
                v.get(layers),
                v.get(about)));
  }
}
