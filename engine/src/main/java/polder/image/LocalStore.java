package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import polder.image.StoredImage.Claim;
import polder.image.oci.Digest;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * The images of a host, each a directory named by the digest of the file that it was imported from,
 * or of its configuration:
 *
 * <pre>
 * images/sha256/DIGITS/root/           the tree
 * images/sha256/DIGITS/top/            of one with layers, what goes on top: see ImpliedTop
 * images/sha256/DIGITS/manifest.json   its names, how it is run, and its layers if it has no root
 * images/sha256/DIGITS/config.json     its configuration as it came, if it has layers
 * images/layers/                       layers that images share
 * images/unfinished/                   what is coming or going; emptied when the store is opened
 * images/damaged/                      what could not be read when the store was opened
 * </pre>
 *
 * <p>An image appears and disappears by one rename, between the first two and the third. Only one
 * store may have the directory open, which is for the caller to see to. Everything below it is
 * closed to all but root: trees have set-uid programs in them.
 */
public final class LocalStore implements AutoCloseable {
  private static final int OWNER_ONLY = 0700;
  private static final FileName MANIFEST = FileName.of("manifest.json");
  private static final FileName CONFIG = FileName.of("config.json");
  private static final FileName ROOT = FileName.of("root");
  private static final FileName TOP = FileName.of("top");

  private static final System.Logger LOG = System.getLogger("polder.image");

  private final Path path;
  private final Limits limits;
  private final Function<String, Consumer<String>> failpoints;
  private final StoreRooms rooms;
  private final Directory trees;
  private final Directory unfinished;
  private final LayerStore layers;
  private final List<String> damages = new ArrayList<>();
  private final Set<String> damaged = new HashSet<>();
  private final ReentrantLock catalogueLock = new ReentrantLock();

  private final Catalogue catalogue = new Catalogue();
  private final ImageNames names;

  private final ImageHolds holds = new ImageHolds(catalogueLock);
  private final ImageRemoval removal;

  private LocalStore(
      Path path,
      StoreRooms rooms,
      Predicate<UUID> inUse,
      Limits limits,
      Function<String, Consumer<String>> failpoints) {
    this.path = path;
    this.rooms = rooms;
    this.trees = rooms.trees();
    this.unfinished = rooms.unfinished();
    this.layers = rooms.layers();
    this.limits = limits;
    this.failpoints = failpoints;
    this.names = new ImageNames(trees, MANIFEST, catalogue);
    this.removal =
        new ImageRemoval(
            unfinished, layers, catalogue, names, catalogueLock, holds, inUse, damaged);
  }

  /**
   * Opens the store in {@code path}, which is made if need be, and sweeps away what a killed
   * process left behind.
   *
   * @param inUse whether a zone needs the image with that uuid; asked before one is deleted
   */
  public static LocalStore open(Path path, Predicate<UUID> inUse, Limits limits) {
    return open(path, inUse, limits, operation -> step -> {});
  }

  /**
   * As {@link #open(Path, Predicate, Limits)}.
   *
   * @param failpoints for the name of an operation, what is told before and after each of its
   *     steps, and may throw
   */
  public static LocalStore open(
      Path path,
      Predicate<UUID> inUse,
      Limits limits,
      Function<String, Consumer<String>> failpoints) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot make the image store %s: %s".formatted(path, e.getMessage()), e);
    }
    try (Directory store = Directory.open(path);
        Directory damaged = store.ensureDirectory(FileName.of("damaged"), OWNER_ONLY)) {
      store.node().ensureMode(OWNER_ONLY);
      LocalStore images =
          new LocalStore(path, StoreRooms.open(store, path, limits), inUse, limits, failpoints);
      try {
        StoreReader.sweep(images.unfinished);
        images.catalogue.replace(
            new StoreReader(images.trees, images.layers).load(damaged, images.damages));
        images.damaged.addAll(StoreReader.damaged(damaged));
        return images;
      } catch (RuntimeException e) {
        images.close();
        throw e;
      }
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot open the image store %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** What was found damaged when the store was opened, a sentence for each. */
  public List<String> damages() {
    return List.copyOf(damages);
  }

  /** Takes in a tarball: {@link polder.model.Images#importTarball}. */
  public Image importTarball(InputStream tarball, ImageRequest request, Progress progress) {
    FileName coming = FileName.of(UUID.randomUUID().toString());
    Consumer<String> places = failpoints.apply("image-import");
    try (Directory place = unfinished.ensureDirectory(coming, OWNER_ONLY);
        Directory root = place.ensureDirectory(ROOT, 0755)) {
      MessageDigest digest = StoredImage.sha256();
      MessageDigest sha1 = StoredImage.hash("SHA-1");
      InputStream counted =
          request.sha1().isPresent() ? new DigestInputStream(tarball, sha1) : tarball;
      DigestInputStream file = new DigestInputStream(counted, digest);
      places.accept("make a place for the image");
      Unpacked unpacked = Userland.unpack(file, root, limits, progress);
      request.sha1().ifPresent(sum -> refuseUnless(sum, sha1));
      Optional<Layout> layout = Layout.find(root);
      if (layout.isPresent()) {
        return bring(layout.get().image(request), request, false, progress);
      }
      Optional<IncusImage> incus = IncusImage.find(place, ROOT, root);
      IncusImage.Reduced userland =
          incus.isPresent()
              ? incus.get().reduce(unpacked.bytes(), limits, progress)
              : new IncusImage.Reduced(request.about(), unpacked.bytes());
      places.accept("unpack the image");
      place.syncFileSystem();
      byte[] sum = digest.digest();
      Image image =
          new Image(
              StoredImage.uuid(sum),
              "sha256:" + StoredImage.digits(sum),
              request.name(),
              request.tag(),
              userland.bytes(),
              Instant.now(),
              "linux",
              arch(place),
              request.config(),
              List.of(),
              userland.about());
      return publish(image, coming, place, places);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot import image '" + request.name() + "'", e);
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    } finally {
      discard(coming);
    }
  }

  private static String arch(Directory place) {
    try (Directory root = place.enter(ROOT)) {
      return Userland.arch(root);
    }
  }

  private static void refuseUnless(String expected, MessageDigest sha1) {
    String sum = StoredImage.digits(sha1.digest());
    if (!sum.equals(expected)) {
      throw Refusal.invalid(
          "the image's file has the SHA-1 digest %s, and its manifest says %s", sum, expected);
    }
  }

  private void discard(FileName coming) {
    try {
      Tree.delete(unfinished, coming);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, coming + " is left behind until the store is opened again", e);
    }
  }

  private Image publish(Image image, FileName coming, Directory place, Consumer<String> places) {
    String digits = image.digest().substring("sha256:".length());
    catalogueLock.lock();
    try {
      catalogue.refuseIfTaken(image, digits);
      Optional<StoredImage> known = catalogue.at(digits);
      if (known.isPresent()) {
        Image named = StoredImage.asNamed(known.get().first(), image);
        names.rename(known.get(), known.get().with(named), named, places);
        return named;
      }
      StoredImage stored = new StoredImage(digits, List.of(new Claim(image, Instant.now())));
      DurableFile.replace(place, MANIFEST, stored.write());
      places.accept("write the manifest of the image");
      names.move(unfinished, coming, trees, FileName.of(digits), places);
      catalogue.show(stored);
      return image;
    } finally {
      catalogueLock.unlock();
    }
  }

  /** All images, by name and tag. */
  public List<Image> list() {
    return catalogue.list();
  }

  /** One image: {@link polder.model.Images#get}. */
  public Image get(String reference) {
    int digest = reference.indexOf("@sha256:");
    if (digest >= 0) {
      Digest document = new Digest(reference.substring(digest + 1));
      return catalogue.ledToBy(document).orElseGet(() -> catalogue.find(reference)).first();
    }
    return catalogue.named(reference).orElseGet(() -> catalogue.find(reference).first());
  }

  /**
   * The directories that a root is made of, the lowest first. They are read-only to everybody.
   *
   * @param image an image of this store
   */
  public List<Path> layers(UUID image) {
    StoredImage stored = catalogue.find(image.toString());
    Path own = path.resolve("sha256").resolve(stored.digits());
    if (stored.layers().isEmpty()) {
      return List.of(own.resolve(ROOT.toString()));
    }
    List<Path> all = new ArrayList<>(stored.layers().stream().map(layers::root).toList());
    try (Directory tree = trees.enter(FileName.of(stored.digits()))) {
      if (tree.find(TOP).isPresent()) {
        all.add(own.resolve(TOP.toString()));
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot look into image '" + image + "'", e);
    }
    return all;
  }

  /** Keeps the image from being deleted until the result is closed: while a zone is made of it. */
  public ImageHold hold(UUID image) {
    catalogueLock.lock();
    try {
      catalogue.find(image.toString());
      return holds.take(image);
    } finally {
      catalogueLock.unlock();
    }
  }

  /** An image as it goes out to others, by the name that is asked for. */
  public OutgoingImage outgoing(String reference) {
    Image image = get(reference);
    ImageHold hold = hold(image.uuid());
    try {
      StoredImage stored = catalogue.find(image.uuid().toString());
      return new OutgoingImage(
          image, stored, trees, unfinished, layers, layers(image.uuid()), catalogue::homes, hold);
    } catch (RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  /** Gives an image one more name: {@link polder.model.Images#tag}. */
  public Image tag(String reference, String nameAndTag) {
    ImageRequest name = ImageRequest.of(nameAndTag);
    return guarded(
        "name image '" + reference + "'",
        () -> {
          Image image = get(reference);
          Image named = image.named(name.name(), name.tag());
          StoredImage target = catalogue.find(image.uuid().toString());
          names.rename(target, target.with(named), named, failpoints.apply("image-tag"));
          return named;
        });
  }

  /**
   * Gives the image to which a registry's document led before one more name, which it takes from
   * who has it.
   *
   * @return empty if no document with that digest led to an image that is here
   */
  public Optional<Image> adopt(Digest document, String name, String tag) {
    return guarded(
        "name an image '" + name + "'",
        () -> {
          Optional<StoredImage> found = catalogue.ledToBy(document);
          return found.map(
              target -> {
                Image named = target.first().named(name, tag);
                if (!target.named(name, tag).equals(Optional.of(named))) {
                  names.rename(target, target.with(named), named, failpoints.apply("image-pull"));
                }
                return named;
              });
        });
  }

  /**
   * Takes in an image in layers; those that are here are not asked for. The name is taken from who
   * has it.
   */
  public Image importLayers(LayeredImage image, String name, String tag, Progress progress) {
    return bring(image, new ImageRequest(name, tag, ImageConfig.NONE), true, progress);
  }

  /** As {@link #importLayers}, but the name must be free. */
  Image importNew(LayeredImage image, String name, String tag, Progress progress) {
    return bring(image, new ImageRequest(name, tag, ImageConfig.NONE), false, progress);
  }

  /** Where what comes and goes has room. */
  Directory unfinished() {
    return unfinished;
  }

  private Image bring(LayeredImage image, ImageRequest request, boolean moves, Progress progress) {
    Consumer<String> places = failpoints.apply("image-pull");
    List<Digest> contents = image.contents();
    FileName coming = FileName.of(UUID.randomUUID().toString());
    ImageHold hold = layers.hold(contents);
    try (Directory place = unfinished.ensureDirectory(coming, OWNER_ONLY)) {
      long bytes = LayerFetch.all(layers, image, progress, places);
      if (layers.makeTop(contents, place, TOP)) {
        place.syncFileSystem();
      }
      Image named = image.named(request, bytes);
      publish(named, image, coming, place, moves, places);
      return named;
    } catch (SyscallException e) {
      throw Refusal.failed("cannot take in image '" + request.name() + "'", e);
    } finally {
      hold.close();
      discard(coming);
    }
  }

  private void publish(
      Image named,
      LayeredImage image,
      FileName coming,
      Directory place,
      boolean moves,
      Consumer<String> places) {
    String digits = image.id().digits();
    catalogueLock.lock();
    try {
      if (!moves) {
        catalogue.refuseIfTaken(named, digits);
      }
      Optional<StoredImage> known = catalogue.at(digits);
      if (known.isPresent()) {
        StoredImage stored = known.get();
        names.rename(stored, stored.with(named).ledToBy(image.documents()), named, places);
        return;
      }
      StoredImage stored =
          new StoredImage(
              digits,
              List.of(new Claim(named, Instant.now())),
              image.contents(),
              image.documents());
      DurableFile.replace(place, CONFIG, image.document().toArray());
      DurableFile.replace(place, MANIFEST, stored.write());
      places.accept("write the manifest of the image");
      names.move(unfinished, coming, trees, FileName.of(digits), places);
      catalogue.show(stored);
      try {
        names.takeFromOthers(stored, named, places);
      } catch (SyscallException e) {
        catalogue.hide(stored);
        trees.rename(FileName.of(digits), unfinished, coming);
        throw e;
      }
    } finally {
      catalogueLock.unlock();
    }
  }

  /** Takes an image away: {@link polder.model.Images#delete}. */
  public void delete(String reference) {
    removal.delete(reference, failpoints.apply("image-delete"));
  }

  /** Takes away what nobody needs: {@link polder.model.Images#prune}. */
  public ImagePruning prune(boolean all, boolean dryRun) {
    return removal.prune(all, dryRun, failpoints.apply("image-prune"));
  }

  /** What images take of the disk: {@link polder.model.Images#usage}. */
  public List<ImageUsage> usage() {
    return removal.usage();
  }

  private <T> T guarded(String what, Supplier<T> work) {
    catalogueLock.lock();
    try {
      return work.get();
    } catch (SyscallException e) {
      throw Refusal.failed("cannot " + what, e);
    } finally {
      catalogueLock.unlock();
    }
  }

  @Override
  public void close() {
    rooms.close();
  }
}
