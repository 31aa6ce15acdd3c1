package polder.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.image.ImageHold;
import polder.model.ImageAbout;
import polder.model.ImageConfig;

/** Where zones' roots come from, as far as zones need to know. */
interface ImageSource {
  /**
   * An image as a zone uses it.
   *
   * @param uuid its identity
   * @param name what it is called, as name:tag; empty if nobody calls it something
   * @param layers its files, the lowest first
   * @param config how it is run
   * @param about what else is said of it
   */
  record Found(
      UUID uuid, Optional<String> name, List<Path> layers, ImageConfig config, ImageAbout about) {
    public Found {
      layers = List.copyOf(layers);
    }
  }

  /**
   * The image of that name[:tag], digest or uuid.
   *
   * @throws polder.model.PolderException NOT_FOUND
   */
  Found get(String reference);

  /**
   * Keeps an image from being deleted until the result is closed: while a zone is made of it, which
   * is not among the zones yet.
   *
   * @throws polder.model.PolderException NOT_FOUND
   */
  ImageHold hold(UUID image);
}
