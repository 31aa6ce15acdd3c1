package polder.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.ImageManifest;
import polder.image.oci.ManifestDocument;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.model.Compression;
import polder.model.Image;
import polder.model.ImageFormat;
import polder.model.ImageFormat.Kind;
import polder.model.Json;
import polder.model.Progress;

/**
 * Writes an image as a tar of its own: an OCI layout (OCI image specification 1.1,
 * image-layout.md), with Docker's {@code manifest.json} beside it where that is asked for, or its
 * files alone. The same image gives the same bytes.
 */
public final class LayoutWriter {
  private static final Instant NEVER = Instant.EPOCH; // or each export would be another file
  private static final int AT_ONCE = 128 << 10;

  private final OutgoingImage image;
  private final Compression compression;
  private final TarWriter tar;
  private final Progress progress;
  private final Set<Digest> written = new HashSet<>();
  private final byte[] buffer = new byte[AT_ONCE];

  private LayoutWriter(
      OutgoingImage image, Compression compression, OutputStream out, Progress progress) {
    this.image = image;
    this.compression = compression;
    this.tar = new TarWriter(out);
    this.progress = progress;
  }

  /**
   * Writes {@code image} to {@code out}, which stays open.
   *
   * @throws PolderException HOST if it cannot be written there; NO_ROOM if there is none here for
   *     its largest layer
   */
  public static void write(
      OutgoingImage image, ImageFormat how, OutputStream out, Progress progress) {
    try {
      if (how.kind() == Kind.ROOTFS) {
        writeFiles(image, how.compressed(), out, progress);
      } else {
        new LayoutWriter(image, how.compressed(), out, progress).write(how.kind() == Kind.DOCKER);
      }
    } catch (UncheckedIOException | IOException e) {
      throw Refusal.unwritten("cannot write the image", e);
    }
  }

  private static void writeFiles(
      OutgoingImage image, Compression compression, OutputStream out, Progress progress)
      throws IOException {
    try (Directory root = image.merged();
        OutputStream packed = Compressor.over(new StaysOpen(out), compression)) {
      TarWriter tar = new TarWriter(packed);
      new Packer(tar, Ids.AS_THEY_ARE, Packer.Form.TREE, Set.of(), progress)
          .pack(root, Bytes.of("."));
      tar.finish();
    }
    out.flush();
  }

  private void write(boolean forDocker) {
    put("oci-layout", Map.of("imageLayoutVersion", "1.0.0"));
    List<Descriptor> blobs = new ArrayList<>();
    List<Digest> contents = new ArrayList<>();
    for (int i = 0; i < image.layers(); i++) {
      progress.report("exporting layer %d of %d".formatted(i + 1, image.layers()), 0, -1);
      try (OutgoingLayer layer = image.ready(i, compression, Progress.NONE)) {
        blobs.add(layer.descriptor());
        contents.add(layer.content());
        put(layer.descriptor(), layer.open(0));
      }
    }
    byte[] configuration = image.configuration(contents);
    Descriptor config = blob(ManifestDocument.CONFIG, configuration);
    byte[] text = ManifestDocument.write(new ImageManifest(config, blobs));
    Descriptor manifest = blob(ManifestDocument.TYPE, text);
    Map<String, Object> entry = ManifestDocument.tree(manifest);
    entry.put("annotations", names(image.image()));
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2L);
    index.put("mediaType", "application/vnd.oci.image.index.v1+json");
    index.put("manifests", List.of(entry));
    put("index.json", index);
    if (forDocker) {
      put("manifest.json", List.of(saved(image.image(), config, blobs)));
    }
    tar.finish();
  }

  /** The tag for skopeo and umoci, the whole for containerd and Docker. */
  private static Map<String, Object> names(Image image) {
    Map<String, Object> names = new LinkedHashMap<>();
    names.put("io.containerd.image.name", StoredImage.key(image));
    names.put("org.opencontainers.image.ref.name", image.tag());
    return names;
  }

  /** As Docker's image specification 1.2 has it. */
  private static Map<String, Object> saved(
      Image image, Descriptor config, List<Descriptor> layers) {
    Map<String, Object> saved = new LinkedHashMap<>();
    saved.put("Config", path(config.digest()));
    saved.put("RepoTags", List.of(StoredImage.key(image)));
    saved.put("Layers", layers.stream().map(each -> path(each.digest())).toList());
    return saved;
  }

  private static String path(Digest digest) {
    return "blobs/" + digest.algorithm() + "/" + digest.digits();
  }

  private Descriptor blob(String type, byte[] text) {
    Descriptor blob = new Descriptor(type, Digest.of(text), text.length, Optional.empty());
    put(blob, new ByteArrayInputStream(text));
    return blob;
  }

  private void put(String name, Object tree) {
    byte[] text = Json.write(tree).getBytes(UTF_8);
    tar.begin(TarEntry.file(Bytes.of(name), 0644, text.length, NEVER));
    if (text.length > 0) {
      tar.write(text, 0, text.length);
    }
  }

  private void put(Descriptor blob, InputStream bytes) {
    if (!written.add(blob.digest())) {
      return; // a layer that is there twice
    }
    tar.begin(TarEntry.file(Bytes.of(path(blob.digest())), 0644, blob.size(), NEVER));
    try (bytes) {
      long done = 0;
      for (int got = bytes.read(buffer); got >= 0; got = bytes.read(buffer)) {
        tar.write(buffer, 0, got);
        done += got;
        progress.report("exporting", done, blob.size());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
