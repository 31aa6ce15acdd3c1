package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Images;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneRef;
import polder.model.json.ImageAboutJson;
import polder.model.json.ImageJson;
import polder.model.json.ImageUsageJson;

/** What can be asked of images. */
final class ImageRoutes {
  private static final Content IMAGE = Content.json("Image", ImageJson.IMAGE);

  private static final Map<String, Object> PUSH =
      Map.of(
          "type",
          "object",
          "properties",
          Map.of("image", Types.LINE.schema(), "reference", Types.LINE.schema()),
          "required",
          List.of("image", "reference"));

  private final Images images;
  private final Operations operations;

  ImageRoutes(Images images, Operations operations) {
    this.images = images;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/images", "All images, by name and tag", this::all)
            .gives(IMAGE.listed()),
        Route.of(
                "POST",
                "/v1/images",
                "Takes in an image: a root file system tarball, an OCI layout, or an image of Incus in one",
                this::load)
            .with(
                Parameter.must("name", Types.LINE, "what it is to be called, such as debian"),
                Parameter.query("tag", Types.LINE, "its version; latest if absent"),
                Parameter.query("config", Types.TEXT, "how it is run: an ImageConfig as JSON"),
                Parameter.query(
                    "about", Types.TEXT, "what else is said of it: an ImageAbout as JSON"),
                Parameter.query("sha1", Types.LINE, "the SHA-1 digest that the file must have"))
            .takes(Content.bytes(Content.TAR))
            .gives(IMAGE.status(201))
            .orLater(),
        Route.of("POST", "/v1/image-pulls", "Fetches an image from its registry", this::pull)
            .takes(Content.field("reference", Types.LINE.schema()))
            .gives(IMAGE)
            .orLater(),
        Route.of("POST", "/v1/image-creations", "Makes an image of a zone", this::create)
            .with(
                Parameter.must("zone", Types.LINE, "its alias or uuid"),
                Parameter.query("snapshot", Types.LINE, "which of its snapshots; what it has now"))
            .takes(Content.json("ImageRequest", ImageJson.REQUEST))
            .gives(IMAGE)
            .orLater(),
        Route.of("POST", "/v1/image-pushes", "Sends an image to a registry", this::push)
            .takes(Content.json("ImagePush", PUSH))
            .gives(Content.field("digest", Types.LINE.schema()))
            .orLater(),
        Route.of("GET", "/v1/image-exports", "Writes an image down for others", this::export)
            .with(
                Parameter.must("image", Types.LINE, "its name, uuid or digest"),
                Parameter.query(
                    "format", ImageJson.KIND, "an OCI layout, that for docker load, or its files"),
                Parameter.query(
                    "compression", ImageJson.COMPRESSION, "of its layers; the usual one if absent"))
            .gives(Content.bytes(Content.TAR)),
        Route.of("GET", "/v1/image-usage", "What each image takes of the disk", this::usage)
            .gives(Content.json("ImageUsage", ImageUsageJson.USAGE).listed()),
        Route.of("POST", "/v1/image-prunes", "Takes away the images that nobody needs", this::prune)
            .with(
                Parameter.query("all", Types.BOOLEAN, "also those that have a name"),
                Parameter.query("dry_run", Types.BOOLEAN, "only tell which"))
            .gives(Content.json("ImagePruning", ImageUsageJson.PRUNING))
            .orLater(),
        Route.of("GET", "/v1/images/{reference...}", "One image", this::get).gives(IMAGE),
        Route.of("PATCH", "/v1/images/{reference...}", "Gives it one more name", this::tag)
            .takes(Content.field("add_name", Types.LINE.schema()))
            .gives(IMAGE),
        Route.of("DELETE", "/v1/images/{reference...}", "Takes an image away", this::delete)
            .orLater());
  }

  private void all(Call call) {
    call.answer(images.list().stream().map(ImageJson::write).toList());
  }

  private void get(Call call) {
    call.answer(ImageJson.write(images.get(call.part("reference"))));
  }

  private void load(Call call) {
    Type<String> line = Types.TEXT;
    ImageConfig config =
        call.find("config", line)
            .map(text -> ImageJson.readConfig(Json.read(text)))
            .orElse(ImageConfig.NONE);
    ImageAbout about =
        call.find("about", line)
            .map(text -> ImageAboutJson.read(Json.read(text)))
            .orElse(ImageAbout.NONE);
    ImageRequest request =
        new ImageRequest(
            call.text("name"),
            call.find("tag", line).orElse("latest"),
            config,
            about,
            call.find("sha1", line));
    UploadStream upload = new UploadStream(call.stream(Content.TAR));
    if (!call.later()) {
      answer(call, images.importTarball(upload, request, Progress.NONE));
      return;
    }
    // the request lasts as long as its body; what is left to do after that is the operation's
    Operation operation = operations.start("import", progress -> load(upload, request, progress));
    upload.await();
    Operations.answerLater(call, operation);
  }

  private Object load(UploadStream upload, ImageRequest request, Progress progress) {
    try (upload) {
      return ImageJson.write(images.importTarball(upload, request, progress));
    }
  }

  private static void answer(Call call, Image image) {
    call.answer(201, Map.of("Location", "/v1/images/" + image.uuid()), ImageJson.write(image));
  }

  private void pull(Call call) throws IOException {
    Map<String, Object> body = Json.asObject(call.json());
    if (!(body.get("reference") instanceof String reference) || body.size() != 1) {
      throw new PolderException(
          ErrorKind.INVALID, "the body must be {\"reference\": \"debian:12\"} and nothing else");
    }
    operations.answer(
        call, "pull image", progress -> ImageJson.write(images.pull(reference, progress)));
  }

  private void create(Call call) throws IOException {
    ImageRequest request = ImageJson.readRequest(call.json());
    ZoneRef zone = new ZoneRef(call.text("zone"));
    Optional<String> snapshot = call.find("snapshot", Types.LINE);
    operations.answer(
        call,
        "create image",
        progress -> ImageJson.write(images.create(zone, snapshot, request, progress)));
  }

  private void push(Call call) throws IOException {
    Map<String, Object> body = Json.asObject(call.json());
    if (!(body.get("image") instanceof String image)
        || !(body.get("reference") instanceof String reference)
        || body.size() != 2) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the body must be {\"image\": \"app\", \"reference\": \"registry.example/app:1\"}");
    }
    operations.answer(
        call, "push image", progress -> Map.of("digest", images.push(image, reference, progress)));
  }

  private void export(Call call) throws IOException {
    LateAnswer tar = new LateAnswer(call.exchange(), Content.TAR);
    images.export(
        call.text("image"),
        ImageJson.format(
            call.find("format", ImageJson.KIND), call.find("compression", ImageJson.COMPRESSION)),
        tar,
        Progress.NONE);
    tar.finish();
  }

  private void usage(Call call) {
    call.answer(images.usage().stream().map(ImageUsageJson::write).toList());
  }

  private void prune(Call call) {
    boolean all = call.flag("all");
    boolean dryRun = call.flag("dry_run");
    operations.answer(
        call, "prune images", progress -> ImageUsageJson.write(images.prune(all, dryRun)));
  }

  private void tag(Call call) throws IOException {
    Map<String, Object> body = Json.asObject(call.json());
    if (!(body.get("add_name") instanceof String name) || body.size() != 1) {
      throw new PolderException(
          ErrorKind.INVALID, "the body must be {\"add_name\": \"name:tag\"} and nothing else");
    }
    call.answer(ImageJson.write(images.tag(call.part("reference"), name)));
  }

  private void delete(Call call) {
    String reference = call.part("reference");
    operations.answer(
        call,
        "delete image",
        progress -> {
          images.delete(reference);
          return null;
        });
  }
}
