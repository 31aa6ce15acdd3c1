package polder.engine;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import polder.image.BlobSource;
import polder.image.LayeredImage;
import polder.image.LocalStore;
import polder.image.oci.Configuration;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.ImageDocument;
import polder.image.oci.ImageIndex;
import polder.image.oci.ImageManifest;
import polder.image.oci.Platform;
import polder.image.registry.Document;
import polder.image.registry.Reference;
import polder.image.registry.Registries;
import polder.image.registry.RemoteRepository;
import polder.linux.Bytes;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/** Images from registries into the store. What goes on when it is closed ends with an exception. */
final class Pulling implements AutoCloseable {
  private static final int INDEXES = 3; // one in another, at most
  private static final int SHORT = 12;

  private final LocalStore store;
  private final Registries registries;
  private final Set<RemoteRepository> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Pulling(LocalStore store, Registries registries) {
    this.store = store;
    this.registries = registries;
  }

  /** As {@link polder.model.Images#pull}. */
  Image pull(String text, Progress progress) {
    Reference reference = Reference.of(text);
    ImageRequest name = name(reference);
    try (RemoteRepository repository = registries.open(reference)) {
      open.add(repository);
      try {
        if (closed) {
          throw LocalZone.hostClosed();
        }
        progress.report("looking for " + reference, 0, -1);
        return pull(reference, name, repository, progress);
      } finally {
        open.remove(repository);
      }
    }
  }

  /** What a reference is called here: what Docker calls it; a digest alone gives the tag. */
  static ImageRequest name(Reference reference) {
    String familiar =
        new Reference(
                reference.registry(), reference.repository(), Optional.of("any"), Optional.empty())
            .familiar();
    String tag =
        reference
            .tag()
            .or(() -> reference.digest().map(digest -> digest.digits().substring(0, SHORT)))
            .orElseThrow();
    return new ImageRequest(
        familiar.substring(0, ImageRequest.beforeTag(familiar)),
        tag,
        polder.model.ImageConfig.NONE);
  }

  private Image pull(
      Reference reference, ImageRequest name, RemoteRepository repository, Progress progress) {
    Set<Digest> documents = new HashSet<>();
    reference.digest().ifPresent(documents::add);
    Document document = repository.find(reference);
    documents.add(document.digest());
    for (int depth = 0; ; depth++) {
      Optional<Image> known = store.adopt(document.digest(), name.name(), name.tag());
      if (known.isPresent()) {
        return known.get();
      }
      ImageDocument content = ImageDocument.read(document.mediaType(), document.bytes());
      switch (content) {
        case ImageIndex index -> {
          if (depth == INDEXES) {
            throw new PolderException(
                ErrorKind.INVALID,
                "image '%s' is refused: it leads from index to index".formatted(reference));
          }
          Descriptor chosen = index.choose(Platform.host());
          document = repository.document(chosen.digest());
          documents.add(chosen.digest());
          documents.add(document.digest());
        }
        case ImageManifest manifest -> {
          return fetch(manifest, documents, name, repository, progress);
        }
      }
    }
  }

  private Image fetch(
      ImageManifest manifest,
      Set<Digest> documents,
      ImageRequest name,
      RemoteRepository repository,
      Progress progress) {
    Descriptor config = manifest.config();
    byte[] bytes = repository.small(config.digest(), config.size(), Configuration.LONGEST);
    Configuration configuration = Configuration.read(bytes);
    Platform host = Platform.host();
    if (!configuration.platform().os().equals(host.os())
        || !configuration.platform().arch().equals(host.arch())) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "image '%s:%s' is for another machine than this one, %s"
              .formatted(name.name(), name.tag(), host));
    }
    Blobs blobs = new Blobs(repository, manifest, progress);
    LayeredImage image =
        new LayeredImage(Bytes.of(bytes), configuration, manifest.layers(), documents, blobs);
    return store.importLayers(image, name.name(), name.tag(), Progress.NONE);
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(RemoteRepository::close);
  }

  /** The registry's blobs, counted as they come. */
  private static final class Blobs implements BlobSource {
    private final RemoteRepository repository;
    private final Progress progress;
    private final AtomicLong total;
    private final AtomicLong came = new AtomicLong();

    Blobs(RemoteRepository repository, ImageManifest manifest, Progress progress) {
      this.repository = repository;
      this.progress = progress;
      this.total = new AtomicLong(manifest.layers().stream().mapToLong(Descriptor::size).sum());
    }

    @Override
    public InputStream open(Descriptor blob) {
      return new FilterInputStream(repository.blob(blob.digest(), blob.size())) {
        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int got = in.read(buffer, offset, length);
          if (got > 0) {
            progress.report("pulling", came.addAndGet(got), total.get());
          }
          return got;
        }
      };
    }

    @Override
    public void close() {
      repository.close();
    }
  }
}
