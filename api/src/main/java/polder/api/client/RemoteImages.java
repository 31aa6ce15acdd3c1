package polder.api.client;

import static polder.api.client.Caller.encode;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageFormat;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.Images;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ZoneRef;
import polder.model.json.ImageAboutJson;
import polder.model.json.ImageJson;
import polder.model.json.ImageUsageJson;

/** The images of the host at the far end. */
final class RemoteImages implements Images {
  private final Caller caller;

  RemoteImages(Caller caller) {
    this.caller = caller;
  }

  /** Asks to be told later: so the progress of what follows the upload can be seen. */
  @Override
  public Image importTarball(InputStream tarball, ImageRequest request, Progress progress) {
    String target = "/v1/images?name=" + encode(request.name()) + "&tag=" + encode(request.tag());
    if (!request.config().equals(ImageConfig.NONE)) {
      target += "&config=" + encode(Json.write(ImageJson.write(request.config())));
    }
    if (!request.about().equals(ImageAbout.NONE)) {
      target += "&about=" + encode(Json.write(ImageAboutJson.write(request.about())));
    }
    target += request.sha1().map(sum -> "&sha1=" + sum).orElse("");
    @Nullable Object tree =
        caller.upload(
            "POST",
            target,
            Map.of("Prefer", "respond-async"),
            new CountedUpload(tarball, progress));
    return ImageJson.read(Outcome.of(caller, Json.asObject(tree), progress));
  }

  @Override
  public Image pull(String reference, Progress progress) {
    Map<String, Object> operation =
        caller.start("POST", "/v1/image-pulls", Map.of("reference", reference));
    return ImageJson.read(Outcome.of(caller, operation, progress));
  }

  @Override
  public void export(String reference, ImageFormat format, OutputStream out, Progress progress) {
    String target =
        "/v1/image-exports?image=" + encode(reference) + "&format=" + word(format.kind());
    if (format.compression().isPresent()) {
      target += "&compression=" + word(format.compression().get());
    }
    new Download(caller, target, reference).to(out, progress);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String push(String reference, String to, Progress progress) {
    Map<String, Object> operation =
        caller.start("POST", "/v1/image-pushes", Map.of("image", reference, "reference", to));
    return String.valueOf(Json.asObject(Outcome.of(caller, operation, progress)).get("digest"));
  }

  @Override
  public Image create(
      ZoneRef zone, Optional<String> snapshot, ImageRequest request, Progress progress) {
    String of = snapshot.map(name -> "&snapshot=" + encode(name)).orElse("");
    String path = "/v1/image-creations?zone=" + encode(zone.text()) + of;
    Map<String, Object> operation = caller.start("POST", path, ImageJson.write(request));
    return ImageJson.read(Outcome.of(caller, operation, progress));
  }

  @Override
  public List<Image> list() {
    return Json.asList(caller.call("GET", "/v1/images", null)).stream()
        .map(ImageJson::read)
        .toList();
  }

  @Override
  public Image get(String reference) {
    return ImageJson.read(caller.call("GET", path(reference), null));
  }

  @Override
  public Image tag(String reference, String nameAndTag) {
    return ImageJson.read(caller.call("PATCH", path(reference), Map.of("add_name", nameAndTag)));
  }

  @Override
  public void delete(String reference) {
    caller.call("DELETE", path(reference), null);
  }

  @Override
  public List<ImageUsage> usage() {
    return Json.asList(caller.call("GET", "/v1/image-usage", null)).stream()
        .map(ImageUsageJson::readUsage)
        .toList();
  }

  @Override
  public ImagePruning prune(boolean all, boolean dryRun) {
    String target = "/v1/image-prunes?all=%s&dry_run=%s".formatted(all, dryRun);
    return ImageUsageJson.readPruning(caller.call("POST", target, null));
  }

  /** What no image is called would be another path, or none. */
  private static String path(String reference) {
    if (!reference.matches("[A-Za-z0-9_][A-Za-z0-9_.:/@-]{0,511}")
        || reference.contains("//")
        || reference.contains("/.")) {
      throw new PolderException(ErrorKind.NOT_FOUND, "there is no image '%s'".formatted(reference));
    }
    return "/v1/images/" + encode(reference);
  }
}
