package polder.engine;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.image.OutgoingImage;
import polder.image.OutgoingLayer;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.ImageManifest;
import polder.image.oci.ManifestDocument;
import polder.image.registry.Document;
import polder.image.registry.Publication;
import polder.image.registry.Reference;
import polder.image.registry.Registries;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Images from the store to registries. What goes on when it is closed ends with an exception.
 *
 * <p>Layers first, then the configuration, the manifest, and the tag last: who pulls meanwhile sees
 * the old image or the new one. What the registry has is not sent: so a push that broke off goes on
 * where it was.
 */
final class Pushing implements AutoCloseable {
  private static final int HOMES = 3; // repositories of which a layer is asked

  private final Registries registries;
  private final Function<String, Consumer<String>> failpoints;
  private final Set<Publication> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Pushing(Registries registries, Function<String, Consumer<String>> failpoints) {
    this.registries = registries;
    this.failpoints = failpoints;
  }

  /** Sends {@code image}, and answers the digest by which the registry has it. */
  Digest push(OutgoingImage image, Reference to, Progress progress) {
    if (to.digest().isPresent()) {
      throw new PolderException(
          ErrorKind.INVALID, "'%s' has a digest: an image is pushed to a tag".formatted(to));
    }
    try (Publication there = registries.publish(to)) {
      open.add(there);
      try {
        if (closed) {
          throw LocalZone.hostClosed();
        }
        return new Run(image, to, there, progress, failpoints.apply("image-push")).push();
      } finally {
        open.remove(there);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(Publication::close);
  }

  /** One push. */
  private record Run(
      OutgoingImage image,
      Reference to,
      Publication there,
      Progress progress,
      Consumer<String> places) {
    Digest push() {
      List<Descriptor> layers = new ArrayList<>();
      List<Digest> contents = new ArrayList<>();
      for (int i = 0; i < image.layers(); i++) {
        progress.report("looking for layer %d of %d".formatted(i + 1, image.layers()), 0, -1);
        Optional<Descriptor> known = there(i);
        if (known.isPresent()) {
          layers.add(known.get());
          contents.add(image.content(i).orElseThrow());
        } else {
          send(i, layers, contents);
        }
      }
      byte[] configuration = image.configuration(contents);
      Descriptor config = descriptor(configuration);
      if (!there.has(config.digest())) {
        there.send(
            config.digest(),
            config.size(),
            offset -> {
              InputStream in = new ByteArrayInputStream(configuration);
              in.skipNBytes(offset);
              return in;
            });
      }
      places.accept("send the configuration");
      byte[] text = ManifestDocument.write(new ImageManifest(config, layers));
      Document manifest = new Document(ManifestDocument.TYPE, text);
      there.tag(manifest, to.tag().orElseThrow());
      places.accept("send the manifest");
      return manifest.digest();
    }

    private static Descriptor descriptor(byte[] configuration) {
      return new Descriptor(
          ManifestDocument.CONFIG,
          Digest.of(configuration),
          configuration.length,
          Optional.empty());
    }

    /** What the registry has of a layer, if need be taken over from another repository there. */
    private Optional<Descriptor> there(int layer) {
      List<Descriptor> known = image.known(layer);
      Optional<Descriptor> here =
          known.stream().filter(blob -> there.has(blob.digest())).findFirst();
      if (here.isPresent()) {
        return here;
      }
      List<String> homes =
          image.homes(layer).stream()
              .map(Reference::of)
              .filter(home -> home.registry().equals(to.registry()))
              .map(Reference::repository)
              .filter(repository -> !repository.equals(to.repository()))
              .distinct()
              .limit(HOMES)
              .toList();
      return known.stream()
          .filter(blob -> homes.stream().anyMatch(home -> there.mount(blob.digest(), home)))
          .findFirst();
    }

    private void send(int number, List<Descriptor> layers, List<Digest> contents) {
      String what = "pushing layer %d of %d".formatted(number + 1, image.layers());
      progress.report("packing layer %d of %d".formatted(number + 1, image.layers()), 0, -1);
      try (OutgoingLayer layer = image.ready(number, Compression.GZIP, Progress.NONE)) {
        Descriptor blob = layer.descriptor();
        places.accept("pack a layer");
        if (!there.has(blob.digest())) {
          there.send(
              blob.digest(), blob.size(), at -> counted(layer.open(at), what, at, blob.size()));
        }
        places.accept("send a layer");
        image.went(number, blob);
        layers.add(blob);
        contents.add(layer.content());
      }
    }

    private InputStream counted(InputStream in, String what, long from, long total) {
      return new FilterInputStream(in) {
        private long done = from;

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int got = in.read(buffer, offset, length);
          done += Math.max(0, got);
          progress.report(what, done, total);
          return got;
        }
      };
    }
  }
}
