package polder.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.image.oci.Platform;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.ErrorKind;
import polder.model.ImageAbout;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * An image of Incus or LXC: {@code metadata.yaml} and the userland, in the directory {@code rootfs}
 * beside it (unified), or in an archive of its own (split).
 *
 * <p>Its templates are left alone: what they write, such as the host name, a zone gets at its
 * start.
 */
final class IncusImage {
  /** What a split image's two files are called in the archive in which they come together. */
  static final FileName SPLIT_METADATA = FileName.of("incus-metadata");

  /** The other of the two. */
  static final FileName SPLIT_ROOT = FileName.of("incus-rootfs");

  private static final FileName METADATA = FileName.of("metadata.yaml");
  private static final FileName ROOT = FileName.of("rootfs");
  private static final String VIRTUAL =
      "it is the image of a virtual machine; take the one for containers";

  private final Directory place;
  private final FileName unpacked;
  private final Directory content;

  /**
   * What came of it.
   *
   * @param about what is said of the image
   * @param bytes of its userland's files
   */
  record Reduced(ImageAbout about, long bytes) {}

  private IncusImage(Directory place, FileName unpacked, Directory content) {
    this.place = place;
    this.unpacked = unpacked;
    this.content = content;
  }

  /**
   * What was unpacked as {@code unpacked} in {@code place}, if it is such an image.
   *
   * @param content that directory; stays the caller's
   */
  static Optional<IncusImage> find(Directory place, FileName unpacked, Directory content) {
    boolean unified =
        isFile(content, METADATA)
            && Stream.of("usr", "etc").allMatch(name -> content.find(FileName.of(name)).isEmpty());
    return unified || (isFile(content, SPLIT_METADATA) && isFile(content, SPLIT_ROOT))
        ? Optional.of(new IncusImage(place, unpacked, content))
        : Optional.empty();
  }

  private static boolean isFile(Directory content, FileName name) {
    return content.find(name).filter(stat -> stat.type() == FileType.REGULAR).isPresent();
  }

  /**
   * Leaves the userland alone in the place of what was unpacked.
   *
   * @param bytes how many bytes of files were unpacked
   */
  Reduced reduce(long bytes, Limits limits, Progress progress) throws IOException {
    FileName aside = FileName.of("incus");
    place.rename(unpacked, place, aside);
    Reduced reduced;
    if (content.find(SPLIT_METADATA).isPresent()) {
      reduced = split(limits, progress);
    } else {
      reduced = new Reduced(about(metadata(content)), bytes);
      refuseOther(content);
      content.rename(ROOT, place, unpacked);
    }
    Tree.delete(place, aside);
    return reduced;
  }

  private static void refuseOther(Directory content) {
    if (content.find(FileName.of("rootfs.img")).isPresent()) {
      throw new PolderException(ErrorKind.UNSUPPORTED, VIRTUAL);
    }
    if (content.find(FileName.of("rootfs.squashfs")).isPresent()) {
      throw squashfs();
    }
    boolean there =
        content.find(ROOT).filter(stat -> stat.type() == FileType.DIRECTORY).isPresent();
    if (!there) {
      throw Refusal.invalid(
          "the image has a metadata.yaml and no directory rootfs; give its other file with --rootfs");
    }
  }

  private static PolderException squashfs() {
    return new PolderException(
        ErrorKind.UNSUPPORTED,
        "the image's root is a squashfs, which is not read; take its rootfs.tar.xz, or unpack it"
            + " with unsquashfs and import the directory");
  }

  private Reduced split(Limits limits, Progress progress) throws IOException {
    FileName name = FileName.of("metadata");
    ImageAbout about;
    try (Directory metadata = place.ensureDirectory(name, 0700);
        InputStream file = open(SPLIT_METADATA)) {
      Userland.unpack(file, metadata, limits, progress);
      about = about(metadata(metadata));
    }
    Tree.delete(place, name);
    try (Directory root = place.ensureDirectory(unpacked, 0755);
        InputStream file = open(SPLIT_ROOT)) {
      refuseForeign(file);
      return new Reduced(about, Userland.unpack(file, root, limits, progress).bytes());
    }
  }

  private InputStream open(FileName name) {
    try {
      return new BufferedInputStream(content.read(name).input(), 1 << 17);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read '" + name + "' of the image", e);
    }
  }

  private static void refuseForeign(InputStream root) throws IOException {
    root.mark(4);
    String magic = new String(root.readNBytes(4), StandardCharsets.ISO_8859_1);
    root.reset();
    if (magic.equals("hsqs")) { // squashfs, Documentation/filesystems/squashfs.rst
      throw squashfs();
    }
    if (magic.equals("QFI\u00fb")) { // qcow2, docs/interop/qcow2.rst
      throw new PolderException(ErrorKind.UNSUPPORTED, VIRTUAL);
    }
  }

  private static Map<String, Object> metadata(Directory content) {
    if (!isFile(content, METADATA)) {
      throw Refusal.invalid("the image has no metadata.yaml");
    }
    try (RegularFile file = content.read(METADATA)) {
      if (file.size() > MetadataYaml.LONGEST) {
        throw Refusal.invalid("metadata.yaml is longer than %d bytes", MetadataYaml.LONGEST);
      }
      return MetadataYaml.read(file.readAll(MetadataYaml.LONGEST));
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read metadata.yaml of the image", e);
    }
  }

  private static ImageAbout about(Map<String, Object> metadata) {
    refuseOtherMachine(text(metadata, "architecture"));
    Map<?, ?> properties = metadata.get("properties") instanceof Map<?, ?> map ? map : Map.of();
    return new ImageAbout(
        Optional.empty(),
        Optional.empty(),
        text(properties, "serial").or(() -> text(properties, "release")),
        Optional.empty(),
        text(metadata, "creation_date").flatMap(IncusImage::time),
        text(properties, "description"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static void refuseOtherMachine(Optional<String> architecture) {
    String host = Platform.host().arch();
    String wanted =
        switch (architecture.orElse(host)) {
          case "x86_64", "amd64" -> "amd64";
          case "aarch64", "arm64" -> "arm64";
          default -> architecture.orElse("");
        };
    if (!wanted.equals(host)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "the image is for another machine than this one: %s"
              .formatted(wanted.replaceAll("[^a-z0-9_]", "?")));
    }
  }

  private static Optional<String> text(Map<?, ?> tree, String name) {
    @Nullable Object value = tree.get(name);
    String text =
        value == null || value instanceof Map || value instanceof Iterable ? "" : value.toString();
    return Optional.of(text.length() > 4000 ? text.substring(0, 4000) : text)
        .map(whole -> whole.replaceAll("\\p{Cntrl}", " "))
        .filter(whole -> !whole.isBlank());
  }

  private static Optional<Instant> time(String seconds) {
    try {
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)));
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }
}
