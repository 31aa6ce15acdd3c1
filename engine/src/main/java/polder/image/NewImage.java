package polder.image;

import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.image.oci.Configuration;
import polder.image.oci.ConfigurationDocument;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.Platform;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.SyscallException;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * An image that is made here: the layers of another one, if there is one, and one more. The other
 * one is kept until this is closed.
 */
public final class NewImage implements AutoCloseable {
  private static final String MADE_BY = "polder image create";

  private final LocalStore store;
  private final Optional<OutgoingImage> origin;
  private final Map<Digest, Spool> spools = new HashMap<>();
  private final List<Digest> contents = new ArrayList<>();

  private NewImage(LocalStore store, Optional<OutgoingImage> origin) {
    this.store = store;
    this.origin = origin;
  }

  /** One over the image {@code origin}; empty for one of its own. */
  public static NewImage over(LocalStore store, Optional<String> origin) {
    return new NewImage(store, origin.map(store::outgoing));
  }

  /**
   * Takes in the upper directory of an overlay over the origin; afterwards that may change again.
   *
   * @throws PolderException INVALID if a file's name begins with {@code .wh.}; NO_ROOM
   */
  public void takeUpper(Directory upper, Progress progress) {
    beginWithOrigin(progress);
    take(
        tar ->
            new Packer(tar, Ids.AS_THEY_ARE, Packer.Form.LAYER, Set.of(), progress)
                .pack(upper, Bytes.of(".")));
  }

  /** As {@link #takeUpper}, of a whole tree: what it has beyond the origin. */
  public void takeTree(Directory tree, Progress progress) {
    beginWithOrigin(progress);
    if (origin.isEmpty()) {
      take(
          tar ->
              new Packer(tar, Ids.AS_THEY_ARE, Packer.Form.IMAGE, Set.of(), progress)
                  .pack(tree, Bytes.of(".")));
      return;
    }
    try (Directory base = origin.get().merged()) {
      take(tar -> Difference.pack(base, tree, tar, progress));
    }
  }

  private interface Work {
    void write(TarWriter tar);
  }

  private void take(Work work) {
    try {
      keep(
          Spool.of(
              store.unfinished(),
              Compression.NONE,
              out -> {
                TarWriter tar = new TarWriter(out);
                work.write(tar);
                tar.finish();
              }));
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read the files of the image", e);
    }
  }

  private void keep(Spool spool) {
    contents.add(spool.content());
    Spool same = spools.putIfAbsent(spool.content(), spool);
    if (same != null) {
      spool.close();
    }
  }

  /** What came as one tree gets to be a layer. */
  private void beginWithOrigin(Progress progress) {
    for (int i = 0; origin.isPresent() && i < origin.get().layers(); i++) {
      Optional<Digest> content = origin.get().content(i);
      if (content.isPresent()) {
        contents.add(content.get());
      } else {
        keep(origin.get().spool(i, Compression.NONE, progress));
      }
    }
  }

  /**
   * Makes it an image of the store.
   *
   * @param words how it is run, before what the origin says of that; what {@code request} says
   *     comes before both
   * @throws PolderException EXISTS if another image has the name; NO_ROOM
   */
  public Image publish(ImageRequest request, ImageConfig words, Progress progress) {
    ImageConfig before = origin.map(image -> image.image().config()).orElse(ImageConfig.NONE);
    ImageConfig run = RunDefaults.over(RunDefaults.over(before, words), request.config());
    byte[] document =
        origin
            .map(OutgoingImage::document)
            .orElseGet(() -> ConfigurationDocument.of(Platform.host()))
            .with(contents)
            .with(run)
            .made(Instant.now(), MADE_BY)
            .bytes();
    List<Descriptor> layers = new ArrayList<>();
    for (Digest content : contents) {
      long size = spools.containsKey(content) ? spools.get(content).size() : 0;
      layers.add(
          new Descriptor(Compressor.mediaType(Compression.NONE), content, size, Optional.empty()));
    }
    LayeredImage image =
        new LayeredImage(
            Bytes.of(document), Configuration.read(document), layers, Set.of(), this::open);
    return store.importNew(image, request.name(), request.tag(), progress);
  }

  /** Only what was made here is asked for: the origin is held with its layers. */
  private InputStream open(Descriptor blob) {
    Spool spool = spools.get(blob.digest());
    if (spool == null) {
      throw new PolderException(
          ErrorKind.HOST,
          "layer %s of the image's origin is gone from this host".formatted(blob.digest()));
    }
    return spool.open(0);
  }

  @Override
  public void close() {
    spools.values().forEach(Spool::close);
    origin.ifPresent(OutgoingImage::close);
  }
}
