package polder.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import polder.image.oci.Configuration;
import polder.image.oci.ConfigurationDocument;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.Platform;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilesystemContext;
import polder.linux.MountAttribute;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * An image of the store that is to go out, layer by layer; it cannot be deleted until this is
 * closed. A layer goes out as it came, if its skeleton is here. Else it is packed, and may have
 * another digest than before: then the image that goes out is another one, too, and says so.
 */
public final class OutgoingImage implements AutoCloseable {
  private final Image image;
  private final StoredImage stored;
  private final Directory trees;
  private final Directory unfinished;
  private final LayerStore layers;
  private final List<Path> roots;
  private final Function<Digest, List<String>> homes;
  private final ImageHold hold;
  private final Optional<byte[]> document;
  private final List<Digest> contents;

  /**
   * An image that goes out.
   *
   * @param image by the name that it has there
   * @param stored what the store knows of it
   * @param trees where each image has a directory; stays the caller's
   * @param unfinished where what goes out is put ready; stays the caller's
   * @param roots the directories that its root is made of, the lowest first
   * @param homes the names of the images that have a layer
   * @param hold what keeps the image; closes with this
   */
  OutgoingImage(
      Image image,
      StoredImage stored,
      Directory trees,
      Directory unfinished,
      LayerStore layers,
      List<Path> roots,
      Function<Digest, List<String>> homes,
      ImageHold hold) {
    this.image = image;
    this.stored = stored;
    this.trees = trees;
    this.unfinished = unfinished;
    this.layers = layers;
    this.roots = roots;
    this.homes = homes;
    this.hold = hold;
    this.document = document(trees, stored);
    // a layer that the image has twice is in the store's list once
    this.contents = document.map(text -> Configuration.read(text).layers()).orElse(stored.layers());
  }

  private static Optional<byte[]> document(Directory trees, StoredImage stored) {
    FileName name = FileName.of("config.json");
    try (Directory tree = trees.enter(FileName.of(stored.digits()))) {
      if (tree.find(name).isEmpty()) {
        return Optional.empty();
      }
      try (RegularFile file = tree.read(name)) {
        byte[] text = file.readAll(Configuration.LONGEST);
        if (!Digest.of(text).digits().equals(stored.digits())) {
          throw new PolderException(
              ErrorKind.HOST,
              "the configuration of image '%s' is damaged on this host: pull it again"
                  .formatted(StoredImage.key(stored.first())));
        }
        return Optional.of(text);
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read the configuration of an image", e);
    }
  }

  /** The image by the name that was asked for. */
  public Image image() {
    return image;
  }

  /** How many layers it has; at least one. */
  public int layers() {
    return Math.max(1, contents.size());
  }

  /** The digest of a layer's archive, unless it is only known once it is {@link #ready}. */
  public Optional<Digest> content(int layer) {
    return contents.isEmpty() ? Optional.empty() : Optional.of(contents.get(layer));
  }

  /** As what a layer came and went before; if whoever it goes to has one, it need not be sent. */
  public List<Descriptor> known(int layer) {
    return content(layer).flatMap(layers::record).map(LayerRecord::blobs).orElse(List.of());
  }

  /** The names of all images here that have that layer, this one's own among them. */
  public List<String> homes(int layer) {
    return content(layer).map(homes).orElse(List.of());
  }

  /** Writes down as what a layer went out, so that it need not be made ready the next time. */
  public void went(int layer, Descriptor blob) {
    content(layer).ifPresent(content -> layers.went(content, blob));
  }

  /**
   * Makes a layer ready to go out.
   *
   * @param layer from 0, the lowest first
   * @throws PolderException NO_ROOM; HOST if its files are not any more what they were
   */
  public OutgoingLayer ready(int layer, Compression compression, Progress progress) {
    Spool spool = spool(layer, compression, progress);
    return new OutgoingLayer(
        spool,
        new Descriptor(
            Compressor.mediaType(compression), spool.digest(), spool.size(), Optional.empty()));
  }

  /** As {@link #ready}, without a name yet. */
  Spool spool(int layer, Compression compression, Progress progress) {
    Optional<Digest> content = content(layer);
    try (LayerArchive archive =
        content.isPresent()
            ? layers.archive(content.get())
            : new LayerArchive(trees.enter(FileName.of(stored.digits())), Packer.Form.IMAGE)) {
      Spool spool = Spool.of(unfinished, compression, out -> archive.write(out, progress));
      boolean damaged = archive.isExact() && !content.equals(Optional.of(spool.content()));
      if (damaged) {
        spool.close();
        throw new PolderException(
            ErrorKind.HOST,
            "the files of layer %s are not any more what they were on this host: delete image '%s', and take it in anew"
                .formatted(content.orElseThrow(), StoredImage.key(image)));
      }
      return spool;
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read a layer of image '" + StoredImage.key(image) + "'", e);
    }
  }

  /**
   * Its configuration: the one that it came with, if it goes out with the layers that it has.
   *
   * @param sent the digests of the layers' archives that go out
   */
  public byte[] configuration(List<Digest> sent) {
    if (document.isPresent() && sent.equals(contents)) {
      return document.get().clone();
    }
    return document().with(sent).bytes();
  }

  /** Its configuration as one to make another of. */
  ConfigurationDocument document() {
    return document.isPresent()
        ? ConfigurationDocument.of(document.get())
        : ConfigurationDocument.of(new Platform(image.os(), image.arch(), "")).with(image.config());
  }

  /**
   * All its files, laid on each other, read-only; to be closed by the caller. It is a mount that is
   * nowhere in the file system.
   */
  Directory merged() {
    try {
      if (roots.size() == 1) {
        return Directory.open(roots.get(0));
      }
      try (FilesystemContext overlay = FilesystemContext.open("overlay")) {
        overlay.flag("userxattr");
        for (Path layer : roots.reversed()) { // the kernel wants the uppermost first
          overlay.set("lowerdir+", layer);
        }
        return Directory.of(overlay.mount(Set.of(MountAttribute.READ_ONLY)));
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read image '" + StoredImage.key(image) + "'", e);
    }
  }

  @Override
  public void close() {
    hold.close();
  }
}
