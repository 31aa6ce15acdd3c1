package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;

/**
 * What a stream says before the changes that make a snapshot.
 *
 * @param snapshot its name where it was sent
 * @param id its own, wherever it is
 * @param created when it was taken
 * @param since the id of the snapshot that the changes begin from
 * @param image the image that they begin from; of {@code since} and this there is one at most
 * @param volume which of the zone's own volumes it is of, by where the payload has it; empty for
 *     the root
 */
record StreamPart(
    String snapshot,
    UUID id,
    Instant created,
    Optional<UUID> since,
    Optional<UUID> image,
    Optional<String> volume) {

  /** The same, of that own volume. */
  StreamPart of(String target) {
    return new StreamPart(snapshot, id, created, since, image, Optional.of(target));
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("snapshot", snapshot);
    tree.put("id", id.toString());
    tree.put("created", created.toString());
    since.ifPresent(before -> tree.put("since", before.toString()));
    image.ifPresent(from -> tree.put("image", from.toString()));
    volume.ifPresent(target -> tree.put("volume", target));
    return tree;
  }

  /**
   * Reads it.
   *
   * @throws PolderException INVALID
   */
  static StreamPart read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    try {
      StreamPart part =
          new StreamPart(
              Snapshot.checkName(fields.text("snapshot")),
              fields.uuid("id"),
              fields.time("created"),
              fields.optionalText("since").map(text -> fields.uuid("since")),
              fields.optionalText("image").map(text -> fields.uuid("image")),
              fields.optionalText("volume"));
      if (part.image().isPresent() && (part.since().isPresent() || part.volume().isPresent())) {
        throw Fields.wrong("image");
      }
      if (part.volume().filter(String::isEmpty).isPresent()) {
        throw Fields.wrong("volume");
      }
      return part;
    } catch (PolderException e) {
      throw refused(e);
    }
  }

  static PolderException refused(PolderException e) {
    return new PolderException(
        ErrorKind.INVALID, "the stream is refused: what it says of itself: " + e.getMessage(), e);
  }
}
