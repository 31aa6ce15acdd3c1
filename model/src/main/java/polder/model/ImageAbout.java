package polder.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What is said of an image beside how it is run: SmartOS's manifest has it, and Incus's in part.
 *
 * @param uuid by which others know it, beside the one that it has here
 * @param origin the image that it was made from, by the uuid that it has there
 * @param version its version
 * @param type such as {@code lx-dataset}
 * @param published when it was made public
 * @param description what it is, for people
 * @param homepage where more is said of it
 * @param brand the brand that zones made from it must have
 * @param minRam the least memory that such a zone may have, MiB
 * @param maxRam the most memory that such a zone may have, MiB
 */
public record ImageAbout(
    Optional<UUID> uuid,
    Optional<UUID> origin,
    Optional<String> version,
    Optional<String> type,
    Optional<Instant> published,
    Optional<String> description,
    Optional<String> homepage,
    Optional<Brand> brand,
    Optional<Long> minRam,
    Optional<Long> maxRam) {
  /** Nothing is said. */
  public static final ImageAbout NONE =
      new ImageAbout(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
}
