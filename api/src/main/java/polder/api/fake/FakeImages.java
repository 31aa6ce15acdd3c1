package polder.api.fake;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageFormat;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.Images;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The fake host's images: their names and digests, not their content. */
final class FakeImages implements Images {
  private final FakeEvents events;
  private final ReentrantLock images = new ReentrantLock();
  private final List<Image> kept = new ArrayList<>();
  private final Map<String, byte[]> offered = new ConcurrentHashMap<>();
  private Predicate<UUID> used = uuid -> false;
  private Function<ZoneRef, Zone> zones =
      ref -> {
        throw new PolderException(
            ErrorKind.NOT_FOUND, "there is no zone '%s'".formatted(ref.text()));
      };

  FakeImages(FakeEvents events) {
    this.events = events;
  }

  /** Where the zones are of which images are made. */
  void of(Function<ZoneRef, Zone> source) {
    zones = source;
  }

  /** Who says whether a zone is made from an image. */
  void usedBy(Predicate<UUID> zones) {
    used = zones;
  }

  @Override
  public Image importTarball(InputStream tarball, ImageRequest request, Progress progress) {
    MessageDigest sha = sha256();
    byte[] buffer = new byte[65_536];
    byte[] head = new byte[512];
    long size = 0;
    try {
      for (int n = tarball.read(buffer); n >= 0; n = tarball.read(buffer)) {
        if (size < head.length) {
          System.arraycopy(buffer, 0, head, (int) size, (int) Math.min(n, head.length - size));
        }
        sha.update(buffer, 0, n);
        size += n;
        progress.report("unpacking", size, -1);
      }
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot read the image's archive: " + e.getMessage(), e);
    }
    if (!archive(head)) {
      throw new PolderException(
          ErrorKind.INVALID, "the image is no tar archive: plain, gzip, xz or zstd");
    }
    byte[] digest = sha.digest();
    ByteBuffer first = ByteBuffer.wrap(digest);
    Image image =
        new Image(
            new UUID(first.getLong(), first.getLong()),
            "sha256:" + HexFormat.of().formatHex(digest),
            request.name(),
            request.tag(),
            size,
            Instant.now(),
            "linux",
            "amd64",
            request.config(),
            List.of(),
            request.about());
    put(image);
    events.add("image.import", Optional.empty(), named(image), Map.of("digest", image.digest()));
    return image;
  }

  /** How a zone's image is run. */
  ImageConfig config(ZoneSpec spec) {
    return spec.find(ZoneProperties.IMAGE_UUID)
        .map(uuid -> get(uuid.toString()).config())
        .orElse(ImageConfig.NONE);
  }

  @Override
  public Image create(
      ZoneRef ref, Optional<String> snapshot, ImageRequest request, Progress progress) {
    Zone zone = zones.apply(ref);
    zone.spec().refuseGuests("make an image of");
    snapshot.ifPresent(name -> demand(zone, name));
    String name = request.name() + ":" + request.tag();
    if (list().stream().anyMatch(image -> named(image).equals(name))) {
      throw new PolderException(ErrorKind.EXISTS, "image '%s' is there already".formatted(name));
    }
    byte[] digest = sha256().digest((zone.uuid() + name).getBytes(StandardCharsets.UTF_8));
    ByteBuffer first = ByteBuffer.wrap(digest);
    Image image =
        new Image(
            new UUID(first.getLong(), first.getLong()),
            "sha256:" + HexFormat.of().formatHex(digest),
            request.name(),
            request.tag(),
            0,
            Instant.now(),
            "linux",
            "amd64",
            request.config(),
            List.of(),
            ImageAbout.NONE);
    put(image);
    events.add("image.create", Optional.empty(), name, Map.of("digest", image.digest()));
    return image;
  }

  private static void demand(Zone zone, String snapshot) {
    if (zone.snapshots().stream().noneMatch(one -> one.name().equals(snapshot))) {
      throw new PolderException(
          ErrorKind.NOT_FOUND, "zone '%s' has no snapshot '%s'".formatted(zone.name(), snapshot));
    }
  }

  /** From now on there is such an image in a registry. */
  void offer(String reference, byte[] tarball) {
    offered.put(familiar(reference), tarball);
  }

  /** There are no registries but for what was offered. */
  @Override
  public Image pull(String reference, Progress progress) {
    String name = familiar(reference);
    byte[] tarball = offered.get(name);
    if (tarball == null) {
      throw new PolderException(
          ErrorKind.UNAVAILABLE,
          "cannot find image '%s': this host is in memory, and asks nobody".formatted(name));
    }
    progress.report("pulling " + name, tarball.length, tarball.length);
    return importTarball(new ByteArrayInputStream(tarball), ImageRequest.of(name), Progress.NONE);
  }

  /** It has no files to write: an archive of nothing stands for them. */
  @Override
  public void export(String reference, ImageFormat format, OutputStream out, Progress progress) {
    Image image = get(reference);
    byte[] archive = new byte[3 * 512];
    byte[] ustar = "ustar\00000".getBytes(StandardCharsets.ISO_8859_1);
    archive[0] = '.';
    System.arraycopy(ustar, 0, archive, 257, ustar.length);
    try {
      out.write(archive);
      out.flush();
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot write image '%s'".formatted(named(image)), e);
    }
    progress.report("exporting", archive.length, archive.length);
  }

  /** There are no registries. */
  @Override
  public String push(String reference, String to, Progress progress) {
    Image image = get(reference);
    throw new PolderException(
        ErrorKind.UNAVAILABLE,
        "cannot push image '%s' to '%s': this host is in memory, and asks nobody"
            .formatted(named(image), familiar(to)));
  }

  /** As Docker's rules shorten it. */
  private static String familiar(String reference) {
    ImageRequest request =
        ImageRequest.of(reference.replaceFirst("^(docker\\.io/)?(library/)?", ""));
    return request.name() + ":" + request.tag();
  }

  private static boolean archive(byte[] head) {
    return new String(head, 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")
        || starts(head, 0x1f, 0x8b)
        || starts(head, 0xfd, '7', 'z', 'X', 'Z', 0)
        || starts(head, 0x28, 0xb5, 0x2f, 0xfd);
  }

  private static boolean starts(byte[] head, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private void put(Image image) {
    images.lock();
    try {
      kept.removeIf(i -> named(i).equals(named(image)));
      kept.add(image);
    } finally {
      images.unlock();
    }
  }

  @Override
  public List<Image> list() {
    images.lock();
    try {
      return kept.stream()
          .sorted(Comparator.comparing(Image::name).thenComparing(Image::tag))
          .toList();
    } finally {
      images.unlock();
    }
  }

  @Override
  public Image get(String reference) {
    String hex = reference.startsWith("sha256:") ? reference.substring(7) : reference;
    boolean digest = hex.matches("[0-9a-f]{12,64}");
    String name = ImageRequest.beforeTag(reference) < 0 ? reference + ":latest" : reference;
    return list().stream()
        .filter(
            i ->
                i.uuid().toString().equals(reference)
                    || named(i).equals(name)
                    || (digest && i.digest().startsWith("sha256:" + hex)))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no image '%s'; import it first".formatted(reference)));
  }

  @Override
  public Image tag(String reference, String nameAndTag) {
    Image old = get(reference);
    ImageRequest name = ImageRequest.of(nameAndTag);
    Image image = old.named(name.name(), name.tag());
    put(image);
    events.add("image.tag", Optional.empty(), named(image), Map.of("digest", image.digest()));
    return image;
  }

  @Override
  public void delete(String reference) {
    Image image = get(reference);
    if (used.test(image.uuid())) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "image '%s' is in use: delete the zones that are made from it first"
              .formatted(named(image)));
    }
    images.lock();
    try {
      kept.removeIf(i -> i.uuid().equals(image.uuid()));
    } finally {
      images.unlock();
    }
    events.add("image.delete", Optional.empty(), named(image), Map.of("digest", image.digest()));
  }

  @Override
  public List<ImageUsage> usage() {
    Map<UUID, List<Image>> each = new LinkedHashMap<>();
    list().forEach(image -> each.computeIfAbsent(image.uuid(), _ -> new ArrayList<>()).add(image));
    return each.values().stream()
        .map(
            all ->
                new ImageUsage(
                    all.getFirst().uuid(),
                    all.stream().map(FakeImages::named).toList(),
                    1,
                    0,
                    all.getFirst().size(),
                    used.test(all.getFirst().uuid())))
        .sorted(Comparator.comparingLong(usage -> -usage.own()))
        .toList();
  }

  /** All that are here have a name. */
  @Override
  public ImagePruning prune(boolean all, boolean dryRun) {
    Map<UUID, Image> useless = new LinkedHashMap<>();
    list().stream()
        .filter(image -> all && !used.test(image.uuid()))
        .forEach(image -> useless.putIfAbsent(image.uuid(), image));
    if (!dryRun) {
      useless.keySet().forEach(uuid -> delete(uuid.toString()));
    }
    return new ImagePruning(
        List.copyOf(useless.values()), 0, useless.values().stream().mapToLong(Image::size).sum());
  }

  private static String named(Image image) {
    return image.name() + ":" + image.tag();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
