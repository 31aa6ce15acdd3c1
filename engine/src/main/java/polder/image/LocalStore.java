package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import polder.image.StoredImage.Claim;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.Images;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * The images of a host, each a directory named by the digest of the file that it was imported from:
 *
 * <pre>
 * images/sha256/DIGITS/root/           the tree
 * images/sha256/DIGITS/manifest.json   its names, and how it is run
 * images/unfinished/                   what is coming or going; emptied when the store is opened
 * images/damaged/                      what could not be read when the store was opened
 * </pre>
 *
 * <p>An image appears and disappears by one rename, between the first two and the third. Only one
 * store may have the directory open, which is for the caller to see to. Everything below it is
 * closed to all but root: trees have set-uid programs in them.
 */
public final class LocalStore implements Images, AutoCloseable {
  private static final int OWNER_ONLY = 0700;
  private static final int MANIFEST_AT_MOST = 4 << 20;
  private static final FileName MANIFEST = FileName.of("manifest.json");
  private static final FileName ROOT = FileName.of("root");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

  private static final System.Logger LOG = System.getLogger("polder.image");

  private final Path path;
  private final Predicate<UUID> inUse;
  private final Limits limits;
  private final Function<String, Consumer<String>> failpoints;
  private final Directory trees;
  private final Directory unfinished;
  private final List<String> damages = new ArrayList<>();
  private final ReentrantLock catalogueLock = new ReentrantLock();

  /** By digits; replaced whole under the lock, read by anybody. */
  private volatile Map<String, StoredImage> catalogue = Map.of();

  private final Map<UUID, Integer> held = new HashMap<>(); // under the lock

  private LocalStore(
      Path path,
      Directory trees,
      Directory unfinished,
      Predicate<UUID> inUse,
      Limits limits,
      Function<String, Consumer<String>> failpoints) {
    this.path = path;
    this.trees = trees;
    this.unfinished = unfinished;
    this.inUse = inUse;
    this.limits = limits;
    this.failpoints = failpoints;
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
      Directory unfinished = store.ensureDirectory(FileName.of("unfinished"), OWNER_ONLY);
      Directory trees;
      try {
        trees = store.ensureDirectory(FileName.of("sha256"), OWNER_ONLY);
      } catch (RuntimeException e) {
        unfinished.close();
        throw e;
      }
      LocalStore images = new LocalStore(path, trees, unfinished, inUse, limits, failpoints);
      try {
        sweep(unfinished);
        images.load(damaged);
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

  private void load(Directory damaged) {
    Map<String, StoredImage> found = new TreeMap<>();
    for (DirectoryEntry entry : trees.entries()) {
      String name = entry.name().toString();
      try {
        found.put(name, read(entry.name()));
      } catch (PolderException | SyscallException | DateTimeException e) {
        damages.add("image %s: %s".formatted(name, e.getMessage()));
        putAside(entry.name(), damaged);
      }
    }
    catalogue = Map.copyOf(StoredImage.latestClaimsOnly(found));
  }

  private void putAside(FileName name, Directory damaged) {
    try {
      Tree.delete(damaged, name);
      trees.rename(name, damaged, name);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, "the damaged image " + name + " stays where it is", e);
    }
  }

  private static void sweep(Directory unfinished) {
    try {
      Tree.empty(unfinished);
    } catch (SyscallException e) {
      // a disk that cannot be written: what is left over harms nobody
      LOG.log(Level.WARNING, "what was not finished stays in the image store", e);
    }
  }

  private StoredImage read(FileName name) {
    if (!DIGITS.matcher(name.toString()).matches()) {
      throw Refusal.invalid("its name is no digest");
    }
    try (Directory tree = trees.enter(name);
        RegularFile manifest = tree.read(MANIFEST)) {
      if (tree.stat(ROOT).type() != FileType.DIRECTORY) {
        throw Refusal.invalid("its tree is missing");
      }
      StoredImage stored = StoredImage.read(name.toString(), manifest.readAll(MANIFEST_AT_MOST));
      sweepManifests(tree);
      return stored;
    }
  }

  private static void sweepManifests(Directory tree) {
    try {
      DurableFile.sweep(tree);
    } catch (SyscallException e) {
      // as above
    }
  }

  /** What was found damaged when the store was opened, a sentence for each. */
  public List<String> damages() {
    return List.copyOf(damages);
  }

  @Override
  public Image importTarball(InputStream tarball, ImageRequest request, Progress progress) {
    FileName coming = FileName.of(UUID.randomUUID().toString());
    Consumer<String> places = failpoints.apply("image-import");
    try (Directory place = unfinished.ensureDirectory(coming, OWNER_ONLY);
        Directory root = place.ensureDirectory(ROOT, 0755)) {
      MessageDigest digest = StoredImage.sha256();
      DigestInputStream file = new DigestInputStream(tarball, digest);
      places.accept("make a place for the image");
      Unpacked unpacked = unpack(file, root, progress);
      Userland.check(root);
      places.accept("unpack the image");
      place.syncFileSystem();
      byte[] sum = digest.digest();
      Image image =
          new Image(
              StoredImage.uuid(sum),
              "sha256:" + StoredImage.digits(sum),
              request.name(),
              request.tag(),
              unpacked.bytes(),
              Instant.now(),
              "linux",
              Userland.arch(root),
              request.config());
      return publish(image, coming, place, places);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot import image '" + request.name() + "'", e);
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    } finally {
      discard(coming);
    }
  }

  /** Removes what did not become an image; nothing is there if it did. */
  private void discard(FileName coming) {
    try {
      Tree.delete(unfinished, coming);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, coming + " is left behind until the store is opened again", e);
    }
  }

  private Unpacked unpack(InputStream file, Directory root, Progress progress) throws IOException {
    // Not closed: the stream is the caller's. A decompressor of zstd holds memory of its own.
    try (Decompression contents = Decompression.of(new Unclosed(file), limits)) {
      Unpacked unpacked = Unpacker.unpack(contents, root, UnpackOptions.USERLAND, limits, progress);
      file.transferTo(OutputStream.nullOutputStream()); // belongs to the digest, too
      return unpacked;
    }
  }

  private Image publish(Image image, FileName coming, Directory place, Consumer<String> places) {
    String digits = image.digest().substring("sha256:".length());
    catalogueLock.lock();
    try {
      refuseIfTaken(image, digits);
      StoredImage known = catalogue.get(digits);
      if (known != null) {
        Image same = known.first();
        Image named = StoredImage.asNamed(same, image);
        save(known.with(named), places);
        return named;
      }
      StoredImage stored = new StoredImage(digits, List.of(new Claim(image, Instant.now())));
      DurableFile.replace(place, MANIFEST, stored.write());
      places.accept("write the manifest of the image");
      move(unfinished, coming, trees, FileName.of(digits), places);
      show(stored);
      return image;
    } finally {
      catalogueLock.unlock();
    }
  }

  /** Gives a tree another name, for good; if that fails it has its old one. */
  private void move(
      Directory from, FileName name, Directory to, FileName now, Consumer<String> places) {
    from.rename(name, to, now);
    try {
      places.accept("rename " + name);
      trees.sync();
      places.accept("sync the names of the images");
    } catch (SyscallException e) {
      to.rename(now, from, name);
      throw e;
    }
  }

  private void refuseIfTaken(Image image, String digits) {
    for (StoredImage other : catalogue.values()) {
      if (!other.digits().equals(digits) && other.named(image.name(), image.tag()).isPresent()) {
        throw new PolderException(
            ErrorKind.EXISTS,
            ("image '%s' is there already with other contents: import it by another name, and move"
                    + " the name with 'polder image tag'")
                .formatted(StoredImage.key(image)));
      }
    }
  }

  @Override
  public List<Image> list() {
    return catalogue.values().stream()
        .flatMap(stored -> stored.claims().stream())
        .map(Claim::image)
        .sorted(Comparator.comparing(Image::name).thenComparing(Image::tag))
        .toList();
  }

  @Override
  public Image get(String reference) {
    return findByName(reference).orElseGet(() -> findStored(reference).first());
  }

  /**
   * The directories that a root is made of, the lowest first. They are read-only to everybody.
   *
   * @param image an image of this store
   */
  public List<Path> layers(UUID image) {
    StoredImage stored = findStored(image.toString());
    return List.of(path.resolve("sha256").resolve(stored.digits()).resolve("root"));
  }

  /** Keeps the image from being deleted until the result is closed: while a zone is made of it. */
  public ImageHold hold(UUID image) {
    catalogueLock.lock();
    try {
      findStored(image.toString());
      held.merge(image, 1, Integer::sum);
      return () -> release(image);
    } finally {
      catalogueLock.unlock();
    }
  }

  private void release(UUID image) {
    catalogueLock.lock();
    try {
      held.computeIfPresent(image, (_, count) -> count == 1 ? null : count - 1);
    } finally {
      catalogueLock.unlock();
    }
  }

  @Override
  public Image tag(String reference, String nameAndTag) {
    ImageRequest name = ImageRequest.of(nameAndTag);
    return guarded(
        "name image '" + reference + "'",
        () -> {
          Image image = get(reference);
          Image named = StoredImage.named(image, name.name(), name.tag());
          StoredImage target = findStored(image.uuid().toString());
          List<StoredImage> losers =
              catalogue.values().stream()
                  .filter(other -> !other.digits().equals(target.digits()))
                  .filter(other -> other.named(name.name(), name.tag()).isPresent())
                  .toList();
          Consumer<String> places = failpoints.apply("image-tag");
          // first, so that a crash leaves it with both and not with none
          try {
            save(target.with(named), places);
            losers.forEach(loser -> save(loser.without(name.name(), name.tag()), places));
          } catch (SyscallException e) {
            restore(e, target, losers);
            throw e;
          }
          return named;
        });
  }

  @Override
  public void delete(String reference) {
    FileName going = FileName.of(UUID.randomUUID().toString());
    Consumer<String> places = failpoints.apply("image-delete");
    boolean gone =
        guarded(
            "delete image '" + reference + "'",
            () -> {
              Optional<Image> named = findByName(reference);
              StoredImage stored =
                  named
                      .map(image -> findStored(image.uuid().toString()))
                      .orElseGet(() -> findStored(reference));
              if (named.isPresent() && stored.claims().size() > 1) {
                save(stored.without(named.get().name(), named.get().tag()), places);
                return false;
              }
              refuseIfUsed(stored);
              move(trees, FileName.of(stored.digits()), unfinished, going, places);
              hide(stored);
              return true;
            });
    if (gone) {
      removeSwept(going);
    }
  }

  /** Gives images the names back that they had before {@code cause}. */
  private void restore(SyscallException cause, StoredImage target, List<StoredImage> losers) {
    try {
      losers.forEach(loser -> save(loser, step -> {}));
      save(target, step -> {});
    } catch (SyscallException e) {
      cause.addSuppressed(e);
    }
  }

  private void removeSwept(FileName going) {
    try {
      Tree.delete(unfinished, going);
    } catch (SyscallException e) {
      throw Refusal.failed("the image is gone, but its files are not all removed", e);
    }
  }

  private void refuseIfUsed(StoredImage stored) {
    if (inUse.test(stored.uuid()) || held.containsKey(stored.uuid())) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "image '%s' is in use by a zone: delete the zone first"
              .formatted(StoredImage.key(stored.first())));
    }
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

  private void save(StoredImage stored, Consumer<String> places) {
    places.accept("write the manifest of image " + stored.digits());
    try (Directory tree = trees.enter(FileName.of(stored.digits()))) {
      DurableFile.replace(tree, MANIFEST, stored.write());
    }
    show(stored);
    places.accept("write the manifest of image " + stored.digits());
  }

  private void show(StoredImage stored) {
    Map<String, StoredImage> images = new HashMap<>(catalogue);
    images.put(stored.digits(), stored);
    catalogue = Map.copyOf(images);
  }

  private void hide(StoredImage stored) {
    Map<String, StoredImage> images = new HashMap<>(catalogue);
    images.remove(stored.digits());
    catalogue = Map.copyOf(images);
  }

  private Optional<Image> findByName(String reference) {
    int colon = reference.indexOf(':');
    String name = colon < 0 ? reference : reference.substring(0, colon);
    String tag = colon < 0 ? "latest" : reference.substring(colon + 1);
    return catalogue.values().stream()
        .flatMap(stored -> stored.named(name, tag).stream())
        .findFirst();
  }

  private StoredImage findStored(String reference) {
    List<StoredImage> found =
        catalogue.values().stream().filter(stored -> stored.is(reference)).toList();
    if (found.size() > 1) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' is the beginning of several images' digests: give more of it".formatted(reference));
    }
    if (found.isEmpty()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "no image '%s': 'polder image list' shows those that are here".formatted(reference));
    }
    return found.get(0);
  }

  @Override
  public void close() {
    trees.close();
    unfinished.close();
  }
}
