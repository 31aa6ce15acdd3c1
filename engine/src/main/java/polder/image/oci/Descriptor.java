package polder.image.oci;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What names a piece of content: OCI image specification 1.1, descriptor.md. Its {@code urls} are
 * never looked at: content comes from where the document came from, or not at all.
 *
 * @param mediaType what it is said to be
 * @param digest of its bytes
 * @param size how many, not negative
 * @param platform what it is for, in an index
 */
public record Descriptor(String mediaType, Digest digest, long size, Optional<Platform> platform) {
  private static final int LONGEST_TYPE = 255; // RFC 6838, section 4.2, twice and more

  /** Reads one; {@code what} names it in a refusal. */
  static Descriptor read(@Nullable Object tree, String what) {
    if (!(tree instanceof Map<?, ?> map)
        || !(map.get("digest") instanceof String digest)
        || !(map.get("size") instanceof Long size)) {
      throw Malformed.because("%s has no digest and size", what);
    }
    if (size < 0) {
      throw Malformed.because("the size of %s is negative", what);
    }
    String type = map.get("mediaType") instanceof String text ? text : "";
    if (type.length() > LONGEST_TYPE) {
      throw Malformed.because("the media type of %s is too long", what);
    }
    return new Descriptor(type, new Digest(digest), size, platform(map.get("platform")));
  }

  private static Optional<Platform> platform(@Nullable Object tree) {
    return tree instanceof Map<?, ?> map
            && map.get("os") instanceof String os
            && map.get("architecture") instanceof String arch
        ? Optional.of(
            new Platform(os, arch, map.get("variant") instanceof String variant ? variant : ""))
        : Optional.empty();
  }
}
