package polder.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.image.ImageHold;
import polder.image.LayoutWriter;
import polder.image.LocalStore;
import polder.image.OutgoingImage;
import polder.image.registry.Reference;
import polder.model.Image;
import polder.model.ImageFormat;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.Images;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ZoneRef;

/** The images of this machine: the store, and what happens to it told. */
final class LocalImages implements Images {
  private final LocalStore store;
  private final Pulling pulling;
  private final Pushing pushing;
  private final Imaging imaging;
  private final Hall hall;

  LocalImages(LocalStore store, Pulling pulling, Pushing pushing, Imaging imaging, Hall hall) {
    this.store = store;
    this.pulling = pulling;
    this.pushing = pushing;
    this.imaging = imaging;
    this.hall = hall;
  }

  /** The store as zones use it. */
  static ImageSource source(LocalStore store) {
    return new ImageSource() {
      @Override
      public Found get(String reference) {
        Image image = store.get(here(reference));
        return new Found(
            image.uuid(), nameOf(image), store.layers(image.uuid()), image.config(), image.about());
      }

      @Override
      public ImageHold hold(UUID image) {
        return store.hold(image);
      }
    };
  }

  /** What somebody called it; one that nobody does is called as its digest begins. */
  private static Optional<String> nameOf(Image image) {
    return image.digest().startsWith("sha256:" + image.name())
        ? Optional.empty()
        : Optional.of(image.name() + ":" + image.tag());
  }

  @Override
  public Image importTarball(InputStream tarball, ImageRequest request, Progress progress) {
    try {
      hall.disk().demandRoom("import image '%s:%s'".formatted(request.name(), request.tag()));
      Image image = store.importTarball(tarball, request, progress);
      tell("image.import", image);
      return image;
    } catch (RuntimeException e) {
      throw Failures.of("import image '%s:%s'".formatted(request.name(), request.tag()), e);
    }
  }

  @Override
  public Image pull(String reference, Progress progress) {
    try {
      hall.disk().demandRoom("pull image '%s'".formatted(shown(reference)));
      Image image = pulling.pull(reference, progress);
      tell("image.pull", image);
      return image;
    } catch (RuntimeException e) {
      throw Failures.of("pull image '%s'".formatted(shown(reference)), e);
    }
  }

  @Override
  public void export(String reference, ImageFormat format, OutputStream out, Progress progress) {
    try {
      hall.disk().demandRoom("export image '%s'".formatted(shown(reference)));
      try (OutgoingImage image = store.outgoing(here(reference))) {
        LayoutWriter.write(image, format, out, progress);
      }
    } catch (RuntimeException e) {
      throw Failures.of("export image '%s'".formatted(shown(reference)), e);
    }
  }

  @Override
  public String push(String reference, String to, Progress progress) {
    try {
      Reference target = Reference.of(to);
      hall.disk().demandRoom("push image '%s'".formatted(shown(reference)));
      try (OutgoingImage image = store.outgoing(here(reference))) {
        String digest = pushing.push(image, target, progress).value();
        hall.events()
            .add(
                "image.push",
                Optional.empty(),
                target.toString(),
                Map.of("uuid", image.image().uuid().toString(), "digest", digest));
        return digest;
      }
    } catch (RuntimeException e) {
      throw Failures.of("push image '%s'".formatted(shown(reference)), e);
    }
  }

  @Override
  public Image create(
      ZoneRef zone, Optional<String> snapshot, ImageRequest request, Progress progress) {
    try {
      hall.disk().demandRoom("make an image of zone '%s'".formatted(zone.text()));
      Image image = imaging.create(zone, snapshot, request, progress);
      tell("image.create", image);
      return image;
    } catch (RuntimeException e) {
      throw Failures.of("make an image of zone '%s'".formatted(zone.text()), e);
    }
  }

  @Override
  public List<Image> list() {
    return store.list();
  }

  @Override
  public Image get(String reference) {
    return store.get(here(reference));
  }

  /** What is said as a registry's reference, as it is called here. */
  private static String here(String reference) {
    if (!reference.contains("/") || reference.contains("@")) {
      return reference;
    }
    try {
      return Reference.of(reference).familiar();
    } catch (PolderException e) {
      return reference; // which is the name of nothing
    }
  }

  private static String shown(String reference) {
    String start = reference.length() <= 100 ? reference : reference.substring(0, 100) + "…";
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  @Override
  public Image tag(String reference, String nameAndTag) {
    try {
      Image image = hall.disk().spend(() -> store.tag(here(reference), nameAndTag));
      tell("image.tag", image);
      return image;
    } catch (RuntimeException e) {
      throw Failures.of("tag image '%s'".formatted(reference), e);
    }
  }

  @Override
  public void delete(String reference) {
    try {
      Image image = store.get(here(reference));
      store.delete(here(reference));
      tell("image.delete", image);
    } catch (RuntimeException e) {
      throw Failures.of("delete image '%s'".formatted(reference), e);
    }
  }

  @Override
  public List<ImageUsage> usage() {
    return store.usage();
  }

  @Override
  public ImagePruning prune(boolean all, boolean dryRun) {
    try {
      ImagePruning pruning = store.prune(all, dryRun);
      if (!dryRun) {
        pruning.images().forEach(image -> tell("image.delete", image));
      }
      return pruning;
    } catch (RuntimeException e) {
      throw Failures.of("prune the images", e);
    }
  }

  private void tell(String kind, Image image) {
    hall.events()
        .add(
            kind,
            Optional.empty(),
            image.name() + ":" + image.tag(),
            Map.of("uuid", image.uuid().toString(), "digest", image.digest()));
  }
}
