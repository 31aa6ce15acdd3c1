package polder.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an imported image is to be called and how it is run.
 *
 * @param name {@code a-z 0-9 . _ - /}, 255 at most; its first part may be {@code HOST:PORT}
 * @param tag {@code A-Z a-z 0-9 . _ -}, 128 at most
 * @param config how it is run
 * @param about what else is said of it
 * @param sha1 the SHA-1 digest that the file must have, 40 hex digits
 */
public record ImageRequest(
    String name, String tag, ImageConfig config, ImageAbout about, Optional<String> sha1) {
  private static final Pattern NAME =
      Pattern.compile("([a-z0-9]([a-z0-9.-]*[a-z0-9])?:[0-9]{1,5}/)?[a-z0-9]+([._/-]+[a-z0-9]+)*");

  private static final String NO_SHA1 = "0".repeat(40);

  public ImageRequest {
    if (name.length() > 255 || !NAME.matcher(name).matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "image name '%s': use a-z, 0-9 and inner '.', '_', '-', '/'"
              .formatted(Types.shorten(name)));
    }
    if (!tag.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "image tag '%s': use letters, digits, '.', '_', '-', 128 at most"
              .formatted(Types.shorten(tag)));
    }
    if (!sha1.orElse(NO_SHA1).matches("[0-9a-f]{40}")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the image's SHA-1 digest '%s' is not of 40 hex digits"
              .formatted(Types.shorten(sha1.orElseThrow())));
    }
  }

  /** One of which nothing else is said. */
  public ImageRequest(String name, String tag, ImageConfig config) {
    this(name, tag, config, ImageAbout.NONE, Optional.empty());
  }

  /** Reads {@code name} or {@code name:tag}; the tag is {@code latest} where none is given. */
  public static ImageRequest of(String reference) {
    int colon = beforeTag(reference);
    return colon < 0
        ? new ImageRequest(reference, "latest", ImageConfig.NONE)
        : new ImageRequest(
            reference.substring(0, colon), reference.substring(colon + 1), ImageConfig.NONE);
  }

  /** Where the colon before the tag is; -1 if there is none. One before a slash is a port's. */
  public static int beforeTag(String reference) {
    int colon = reference.lastIndexOf(':');
    return colon > reference.lastIndexOf('/') ? colon : -1;
  }
}
