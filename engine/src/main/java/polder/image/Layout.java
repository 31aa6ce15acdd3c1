package polder.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import polder.image.oci.Configuration;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.ImageDocument;
import polder.image.oci.ImageIndex;
import polder.image.oci.ImageManifest;
import polder.image.oci.Platform;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.PolderException;

/**
 * An image with its layers as files in a directory that a stranger made: an OCI layout (OCI image
 * specification 1.1, image-layout.md), or what {@code docker save} writes.
 */
final class Layout implements BlobSource {
  private static final FileName OCI = FileName.of("oci-layout");
  private static final FileName DOCKER = FileName.of("manifest.json");
  private static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final int INDEXES_AT_MOST = 4; // in one another
  private static final int NAMED = 10; // in a message

  private final Directory root;
  private final Map<Digest, String> files =
      new ConcurrentHashMap<>(); // where they are not called so

  private Layout(Directory root) {
    this.root = root;
  }

  /** What {@code root} is, unless it is the root of a userland. It stays the caller's. */
  static Optional<Layout> find(Directory root) {
    boolean isOne =
        root.find(OCI).isPresent()
            || (root.find(DOCKER).isPresent() && root.find(FileName.of("usr")).isEmpty());
    return isOne ? Optional.of(new Layout(root)) : Optional.empty();
  }

  /**
   * The image in it; if there are several, the one that is called as {@code request} says.
   *
   * @param request what it says of how the image is run comes before the image's own words
   * @throws PolderException INVALID if there is none, or it cannot be told which
   */
  LayeredImage image(ImageRequest request) {
    ImageManifest manifest = root.find(OCI).isPresent() ? ofLayout(request) : ofArchive(request);
    byte[] document = small(manifest.config());
    Configuration own = Configuration.read(document);
    Configuration asked =
        new Configuration(
            own.platform(), RunDefaults.over(own.run(), request.config()), own.layers());
    return new LayeredImage(Bytes.of(document), asked, manifest.layers(), Set.of(), this);
  }

  private ImageManifest ofLayout(ImageRequest request) {
    byte[] index = Json.write(named(Json.object(whole("index.json")), request)).getBytes(UTF_8);
    ImageDocument document = ImageDocument.read("", index);
    for (int depth = 0; depth < INDEXES_AT_MOST; depth++) {
      switch (document) {
        case ImageManifest manifest -> {
          return manifest;
        }
        case ImageIndex several -> {
          Descriptor next = several.choose(Platform.host());
          document = ImageDocument.read(next.mediaType(), small(next));
        }
      }
    }
    throw Refusal.invalid(
        "the image's indexes lead to one another more than %d times", INDEXES_AT_MOST);
  }

  /** With those manifests only that have the name that is asked for, if there are such. */
  private static Map<String, Object> named(Map<String, Object> index, ImageRequest request) {
    if (!(index.get("manifests") instanceof List<?> all)) {
      return index;
    }
    List<Object> named = new ArrayList<>();
    for (Object each : all) {
      if (each instanceof Map<?, ?> entry
          && entry.get("annotations") instanceof Map<?, ?> annotations
          && annotations.get(REF_NAME) instanceof String name
          && (isCalled(name, request) || name.equals(request.tag()))) {
        named.add(each);
      }
    }
    if (named.isEmpty()) {
      return index;
    }
    Map<String, Object> fewer = new LinkedHashMap<>(index);
    fewer.put("manifests", named);
    return fewer;
  }

  private static boolean isCalled(String name, ImageRequest request) {
    String asked = request.name() + ":" + request.tag();
    return name.equals(asked) || name.endsWith("/" + asked);
  }

  private ImageManifest ofArchive(ImageRequest request) {
    List<Object> images = Json.asList(Json.read(whole(DOCKER.toString())));
    List<Map<String, Object>> fitting = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Object each : images) {
      Map<String, Object> image = Json.asObject(each);
      List<String> tags = texts(image, "RepoTags");
      names.addAll(tags);
      if (images.size() == 1 || tags.stream().anyMatch(name -> isCalled(name, request))) {
        fitting.add(image);
      }
    }
    if (fitting.size() != 1) {
      throw Refusal.invalid(
          "what docker save wrote has %d images, and %d called '%s:%s'; it has: %s",
          images.size(),
          fitting.size(),
          request.name(),
          request.tag(),
          String.join(", ", names.subList(0, Math.min(names.size(), NAMED))));
    }
    return ofArchive(fitting.get(0));
  }

  private ImageManifest ofArchive(Map<String, Object> image) {
    String config = String.valueOf(image.get("Config"));
    byte[] document = whole(config);
    Digest digest = Digest.of(document);
    files.put(digest, config);
    List<Digest> diffIds = Configuration.read(document).layers();
    List<String> paths = texts(image, "Layers");
    if (paths.size() != diffIds.size()) {
      throw Refusal.invalid(
          "the image has %d layers, and its configuration %d", paths.size(), diffIds.size());
    }
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      files.put(diffIds.get(i), paths.get(i));
      try (RegularFile file = open(paths.get(i))) {
        String type = "application/vnd.docker.image.rootfs.diff.tar";
        layers.add(new Descriptor(type, diffIds.get(i), file.size(), Optional.empty()));
      }
    }
    String type = "application/vnd.docker.container.image.v1+json";
    return new ImageManifest(
        new Descriptor(type, digest, document.length, Optional.empty()), layers);
  }

  private static List<String> texts(Map<String, Object> image, String field) {
    @Nullable Object list = image.get(field);
    List<String> texts = new ArrayList<>();
    for (Object each : list == null ? List.of() : Json.asList(list)) {
      if (!(each instanceof String text)) {
        throw Refusal.invalid("manifest.json has a '%s' that is no list of texts", field);
      }
      texts.add(text);
    }
    return texts;
  }

  private byte[] small(Descriptor blob) {
    if (blob.size() > ImageDocument.LONGEST) {
      throw Refusal.invalid(
          "blob %s has %d bytes; %d are allowed",
          blob.digest(), blob.size(), ImageDocument.LONGEST);
    }
    try (InputStream in = open(blob)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    }
  }

  private byte[] whole(String path) {
    try (RegularFile file = open(path)) {
      if (file.size() > ImageDocument.LONGEST) {
        throw Refusal.invalid(
            "'%s' has %d bytes; %d are allowed", path, file.size(), ImageDocument.LONGEST);
      }
      return file.readAll(ImageDocument.LONGEST);
    }
  }

  /** Links are followed, as old archives have them, and lead nowhere but inside. */
  private RegularFile open(String path) {
    try (Node node = root.follow(FilePath.of(path), Walk.IN_ROOT)) {
      if (node.stat().type() != FileType.REGULAR) {
        throw Refusal.invalid("'%s' in the image is no file", path);
      }
      return node.read();
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        throw Refusal.invalid("the image has no '%s' in it", path);
      }
      throw Refusal.failed("cannot read '" + path + "' of the image", e);
    } catch (IllegalArgumentException e) {
      throw new PolderException(ErrorKind.INVALID, "the image names a file that cannot be", e);
    }
  }

  @Override
  public InputStream open(Descriptor blob) {
    Digest digest = blob.digest();
    String named = "blobs/" + digest.algorithm() + "/" + digest.digits();
    RegularFile file = open(files.getOrDefault(digest, named));
    return new VerifiedStream(file, blob);
  }
}
