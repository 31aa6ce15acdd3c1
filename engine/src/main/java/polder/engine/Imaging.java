package polder.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.image.LocalStore;
import polder.image.NewImage;
import polder.linux.Directory;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.storage.Root;
import polder.storage.StoppedRoot;

/**
 * Makes images of zones: what a zone has beyond its image becomes a layer over that one's.
 *
 * <p>The files of a zone that is down are read with its lock, so that it is not started meanwhile;
 * those of one that runs, of a likeness of it. They go into a file without a name. The image
 * appears at the end, as one that is pulled does; whatever dies before leaves nothing.
 */
final class Imaging {
  private final LocalStore store;
  private final Hall hall;
  private final Snapping snapping;
  private final Likenesses likenesses;

  Imaging(LocalStore store, Hall hall, Snapping snapping, Likenesses likenesses) {
    this.store = store;
    this.hall = hall;
    this.snapping = snapping;
    this.likenesses = likenesses;
  }

  /** As {@link polder.model.Images#create}. */
  Image create(ZoneRef ref, Optional<String> snapshot, ImageRequest request, Progress progress) {
    LocalZone zone = hall.table().get(ref);
    ZoneSpec spec = zone.record().spec();
    spec.refuseGuests("make an image of");
    Optional<String> origin = spec.find(ZoneProperties.IMAGE_UUID).map(UUID::toString);
    try (NewImage made = NewImage.over(store, origin)) {
      hall.executor()
          .once(
              "image-create",
              "read the files of zone " + zone.uuid(),
              () -> read(zone, snapshot, origin.isPresent(), made, progress));
      return made.publish(request, words(spec), progress);
    }
  }

  /** One that is down and stays so meanwhile is read where it is; else a likeness of it. */
  private void read(
      LocalZone zone,
      Optional<String> snapshot,
      boolean overImage,
      NewImage made,
      Progress progress) {
    Optional<Likenesses.Likeness> likeness = Optional.empty();
    zone.lock();
    try {
      snapshot.ifPresent(name -> snapping.demand(zone, name));
      if (snapshot.isEmpty() && zone.life().isEmpty()) {
        take(Creation.root(hall, zone.uuid()), overImage, made, progress);
      } else {
        likeness = Optional.of(likenesses.of(zone, snapshot));
      }
    } finally {
      zone.unlock();
    }
    if (likeness.isPresent()) {
      try (Likenesses.Likeness still = likeness.get()) {
        take(still.root(), overImage, made, progress);
      }
    }
  }

  private static void take(Root root, boolean overImage, NewImage made, Progress progress) {
    if (overImage && root instanceof Root.Overlay(List<Path> _, Path upper, Path _)) {
      try (Directory changes = Directory.open(upper)) {
        made.takeUpper(changes, progress);
      }
    } else {
      try (Directory tree = StoppedRoot.open(root)) {
        made.takeTree(tree, progress);
      }
    }
  }

  /** What a payload says of how it is run, as an image says it. */
  private static ImageConfig words(ZoneSpec spec) {
    return new ImageConfig(
        spec.find(ZoneProperties.ENTRYPOINT).orElse(List.of()),
        spec.find(ZoneProperties.CMD).orElse(List.of()),
        spec.find(ZoneProperties.ENV).orElse(Map.of()),
        spec.find(ZoneProperties.WORKDIR),
        spec.find(ZoneProperties.USER),
        spec.find(ZoneProperties.STOP_SIGNAL),
        Map.of());
  }
}
