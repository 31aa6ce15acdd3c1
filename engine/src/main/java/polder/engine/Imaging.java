package polder.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.image.LocalStore;
import polder.image.NewImage;
import polder.linux.Directory;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.storage.Root;
import polder.storage.StoppedRoot;

/**
 * Makes images of zones: what a zone has beyond its image becomes a layer over that one's.
 *
 * <p>A zone's files are read with its lock, so that it is not started meanwhile, into a file
 * without a name. The image appears at the end, as one that is pulled does; whatever dies before
 * leaves nothing.
 */
final class Imaging {
  private final LocalStore store;
  private final Hall hall;

  Imaging(LocalStore store, Hall hall) {
    this.store = store;
    this.hall = hall;
  }

  /** As {@link polder.model.Images#create}. */
  Image create(ZoneRef ref, ImageRequest request, Progress progress) {
    LocalZone zone = hall.table().get(ref);
    ZoneSpec spec = zone.record().spec();
    spec.refuseGuests("make an image of");
    Optional<String> origin = spec.find(ZoneProperties.IMAGE_UUID).map(UUID::toString);
    try (NewImage made = NewImage.over(store, origin)) {
      hall.executor()
          .once(
              "image-create",
              "read the files of zone " + zone.uuid(),
              () -> read(zone, origin.isPresent(), made, progress));
      return made.publish(request, words(spec), progress);
    }
  }

  private void read(LocalZone zone, boolean overImage, NewImage made, Progress progress) {
    zone.lock();
    try {
      if (zone.life().isPresent()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "zone '%s' runs: stop it first, or its image would be of no one moment"
                .formatted(zone.name()));
      }
      switch (Creation.root(hall, zone.uuid())) {
        case Root.Overlay(List<Path> _, Path upper, Path _) when overImage -> {
          try (Directory changes = Directory.open(upper)) {
            made.takeUpper(changes, progress);
          }
        }
        case Root root -> {
          try (Directory tree = StoppedRoot.open(root)) {
            made.takeTree(tree, progress);
          }
        }
      }
    } finally {
      zone.unlock();
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
