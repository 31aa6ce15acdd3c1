package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Layers, each by the digest of its archive before it was compressed, so that a layer is here once
 * whichever images have it:
 *
 * <pre>
 * layers/sha256-DIGITS/root/        its files; what it hides is as overlayfs has it
 * layers/sha256-DIGITS/layer.json   how many bytes they are, and how it came
 * layers/sha256-DIGITS/implied      which of its directories it implies, if it does
 * layers/sha256-DIGITS/skeleton     its archive without its files, if that can be made again
 * </pre>
 *
 * <p>A layer appears by one rename. One that no image has any more, or has yet, stays until the
 * next sweep: a pull that broke off goes on with it.
 */
final class LayerStore implements AutoCloseable {
  private static final int OWNER_ONLY = 0700;
  private static final FileName ROOT = FileName.of("root");
  private static final FileName RECORD = FileName.of("layer.json");
  private static final FileName SKELETON = FileName.of("skeleton");
  private static final int RECORD_AT_MOST = 4096;
  private static final UnpackOptions OPTIONS =
      new UnpackOptions(
          UnpackOptions.Whiteouts.FOR_OVERLAY, UnpackOptions.Existing.REPLACED, Ids.AS_THEY_ARE);
  private static final System.Logger LOG = System.getLogger("polder.image");

  private final Path path;
  private final Directory layers;
  private final Directory unfinished;
  private final Limits limits;
  private final ReentrantLock layersLock = new ReentrantLock();
  private final Map<Digest, ReentrantLock> coming = new HashMap<>(); // under the lock
  private final Map<Digest, Integer> held = new HashMap<>(); // under the lock

  /**
   * The layers in a directory of the store.
   *
   * @param store the store's own
   * @param path its path
   * @param unfinished where what is coming lies; stays the caller's
   */
  LayerStore(Directory store, Path path, Directory unfinished, Limits limits) {
    FileName name = FileName.of("layers");
    this.path = path.resolve(name.toString());
    this.layers = store.ensureDirectory(name, OWNER_ONLY);
    this.unfinished = unfinished;
    this.limits = limits;
  }

  private static FileName name(Digest content) {
    return FileName.of(content.algorithm() + "-" + content.digits());
  }

  /** Where the files of a layer lie. */
  Path root(Digest content) {
    return path.resolve(name(content).toString()).resolve("root");
  }

  /** How many bytes its files are, if it is here. */
  OptionalLong find(Digest content) {
    return find(name(content));
  }

  /** As the other, by what its directory is called. */
  OptionalLong find(FileName name) {
    Optional<LayerRecord> record = record(name);
    return record.isPresent() ? OptionalLong.of(record.get().bytes()) : OptionalLong.empty();
  }

  /** What is known of a layer, if it is here. */
  Optional<LayerRecord> record(Digest content) {
    return record(name(content));
  }

  private Optional<LayerRecord> record(FileName name) {
    try (Directory layer = layers.enter(name);
        RegularFile record = layer.read(RECORD)) {
      Optional<LayerRecord> known = LayerRecord.read(record.readAll(RECORD_AT_MOST));
      return known.filter(_ -> layer.find(ROOT).isPresent());
    } catch (SyscallException | PolderException e) {
      return Optional.empty();
    }
  }

  /** Writes down as what a layer went out, for the next time. */
  void went(Digest content, Descriptor blob) {
    Optional<LayerRecord> before = record(content);
    if (before.isEmpty() || before.get().with(blob).equals(before.get())) {
      return;
    }
    try (Directory layer = layers.enter(name(content))) {
      DurableFile.replace(layer, RECORD, before.get().with(blob).write());
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, "layer " + content + " will be packed again for its next push", e);
    }
  }

  /** The archive of a layer that is here. */
  LayerArchive archive(Digest content) {
    return new LayerArchive(layers.enter(name(content)), Packer.Form.LAYER);
  }

  /** Keeps layers from being swept, those that are coming too, until the result is closed. */
  ImageHold hold(Collection<Digest> contents) {
    List<Digest> all = List.copyOf(contents);
    count(all, 1);
    return () -> count(all, -1);
  }

  private void count(List<Digest> contents, int by) {
    layersLock.lock();
    try {
      contents.forEach(
          each -> held.merge(each, by, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b)));
    } finally {
      layersLock.unlock();
    }
  }

  /**
   * Sees to it that a layer is here. Who else wants the same one meanwhile waits for it.
   *
   * @param content the digest of what is in the blob
   * @return how many bytes its files are
   */
  long ensure(
      Digest content, Descriptor blob, BlobSource blobs, Progress progress, Consumer<String> places)
      throws InterruptedException {
    ReentrantLock mine = comingLock(content);
    mine.lockInterruptibly();
    try {
      OptionalLong there = find(content);
      return there.isPresent() ? there.getAsLong() : make(content, blob, blobs, progress, places);
    } finally {
      mine.unlock();
    }
  }

  private ReentrantLock comingLock(Digest content) {
    layersLock.lock();
    try {
      return coming.computeIfAbsent(content, _ -> new ReentrantLock());
    } finally {
      layersLock.unlock();
    }
  }

  private long make(
      Digest content,
      Descriptor blob,
      BlobSource blobs,
      Progress progress,
      Consumer<String> places) {
    FileName name = FileName.of(UUID.randomUUID().toString());
    try (Directory place = unfinished.ensureDirectory(name, OWNER_ONLY);
        Directory root = place.ensureDirectory(ROOT, 0755)) {
      places.accept("make a place for layer " + content);
      Unpacked unpacked = unpack(content, blob, blobs, place, root, progress);
      DurableFile.replace(place, RECORD, LayerRecord.of(unpacked.bytes(), blob).write());
      ImpliedList.write(place, unpacked.implied());
      place.syncFileSystem();
      places.accept("unpack layer " + content);
      Tree.delete(layers, name(content)); // one that is damaged
      unfinished.rename(name, layers, name(content));
      layers.sync();
      places.accept("rename layer " + content);
      return unpacked.bytes();
    } catch (SyscallException e) {
      throw Refusal.failed("cannot unpack layer " + content, e);
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    } finally {
      discard(name);
    }
  }

  private Unpacked unpack(
      Digest content,
      Descriptor blob,
      BlobSource blobs,
      Directory place,
      Directory root,
      Progress progress)
      throws IOException {
    MessageDigest digest = content.hash();
    try (InputStream file = blobs.open(blob);
        Decompression plain = Decompression.of(new Unclosed(file), limits);
        DigestInputStream archive = new DigestInputStream(plain, digest);
        SkeletonWriter skeleton = new SkeletonWriter(place.create(SKELETON, 0600).output())) {
      Unpacked unpacked =
          Unpacker.unpack(archive, root, List.of(), OPTIONS, limits, progress, skeleton);
      archive.transferTo(OutputStream.nullOutputStream()); // belongs to the digest, too
      file.transferTo(OutputStream.nullOutputStream()); // the blob's own is looked at at its end
      if (!content.is(digest.digest())) {
        throw Refusal.invalid(
            "layer %s is refused: what is in it has another digest than the image's configuration"
                + " says (%s)",
            blob.digest(), content);
      }
      if (!skeleton.finish()) {
        place.remove(SKELETON);
      }
      return unpacked;
    }
  }

  /**
   * Makes what goes on top of {@code contents}, the lowest first, in {@code place}: see {@link
   * ImpliedTop}.
   *
   * @return whether there is such a thing
   */
  boolean makeTop(List<Digest> contents, Directory place, FileName name) {
    List<Directory> roots = new ArrayList<>();
    List<Set<FilePath>> implied = new ArrayList<>();
    try {
      for (Digest content : contents) {
        try (Directory layer = layers.enter(name(content))) {
          roots.add(layer.enter(ROOT));
          implied.add(new HashSet<>(ImpliedList.read(layer)));
        }
      }
      return ImpliedTop.make(place, name, roots, implied);
    } finally {
      roots.forEach(Directory::close);
    }
  }

  private void discard(FileName name) {
    try {
      Tree.delete(unfinished, name);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, name + " is left behind until the store is opened again", e);
    }
  }

  /** The layers that are neither used nor held, as their directories are called. */
  List<FileName> unused(Set<Digest> used) {
    layersLock.lock();
    try {
      Set<FileName> kept = new HashSet<>();
      used.forEach(each -> kept.add(name(each)));
      held.keySet().forEach(each -> kept.add(name(each)));
      return layers.entries().stream()
          .map(DirectoryEntry::name)
          .filter(name -> !kept.contains(name))
          .toList();
    } finally {
      layersLock.unlock();
    }
  }

  /** Takes away the layers that are neither used nor held. */
  void sweep(Set<Digest> used) {
    List<FileName> going = new ArrayList<>();
    layersLock.lock();
    try {
      for (FileName each : unused(used)) {
        FileName gone = FileName.of(UUID.randomUUID().toString());
        layers.rename(each, unfinished, gone);
        going.add(gone);
      }
      layers.sync();
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, "layers that no image has any more stay where they are", e);
    } finally {
      layersLock.unlock();
    }
    going.forEach(this::discard);
  }

  /** Refuses an image of which a layer is missing. */
  void check(List<Digest> contents) {
    for (Digest content : contents) {
      if (find(content).isEmpty()) {
        throw new PolderException(ErrorKind.INVALID, "its layer %s is missing".formatted(content));
      }
    }
  }

  @Override
  public void close() {
    layers.close();
  }
}
