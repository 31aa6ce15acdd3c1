package polder.engine;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.storage.Origin;
import polder.storage.Reception;
import polder.storage.Storage;
import polder.storage.stream.StreamInput;

/**
 * The datasets of a zone on their way in: that of its root, and those of its own volumes. Each is
 * taken in by itself, and nothing of it is seen before {@link #finish}, which shows the root's
 * last: a snapshot of a zone is there when its root has it.
 */
final class ZoneArrival implements AutoCloseable {
  private static final String ROOT = ""; // as a key; a volume's is where the payload has it

  private final Storage storage;
  private final UUID zone;
  private final Map<String, UUID> volumes;
  private final Beginning beginning;
  private final Map<String, Reception> receptions = new LinkedHashMap<>();
  private final Map<String, StreamPart> taken = new HashMap<>();

  /** Says what the first changes of a dataset begin from. */
  @FunctionalInterface
  interface Beginning {
    /** For those of {@code dataset}, which {@code part} is about. */
    Origin of(UUID dataset, StreamPart part);
  }

  /**
   * Nothing is taken in yet.
   *
   * @param volumes its own volumes, by where the sender's payload has them
   */
  ZoneArrival(Storage storage, UUID zone, Map<String, UUID> volumes, Beginning beginning) {
    this.storage = storage;
    this.zone = zone;
    this.volumes = Map.copyOf(volumes);
    this.beginning = beginning;
  }

  /**
   * Takes in what is left of the stream.
   *
   * @param first the part whose changes are next
   * @return the name of the last snapshot
   */
  String takeAll(StreamInput stream, StreamPart first) throws IOException {
    Optional<StreamPart> part = Optional.of(first);
    while (part.isPresent()) {
      take(part.get(), stream);
      part = stream.nextPart().map(StreamPart::read);
    }
    return lastOfAll();
  }

  private void take(StreamPart part, StreamInput stream) throws IOException {
    String key = part.volume().orElse(ROOT);
    UUID dataset = key.equals(ROOT) ? zone : volumes.get(key);
    if (dataset == null) {
      throw refused("its zone has no volume of its own at " + key);
    }
    StreamPart before = taken.get(key);
    if (before != null && !part.since().equals(Optional.of(before.id()))) {
      throw refused("its snapshots do not follow one another");
    }
    Origin origin =
        before == null ? beginning.of(dataset, part) : new Origin.Snapshot(before.snapshot());
    receptions
        .computeIfAbsent(key, _ -> storage.receive(dataset))
        .take(origin, part.snapshot(), part.id(), stream.changes());
    taken.put(key, part);
  }

  /** The last snapshot, which all of the zone's datasets must have. */
  private String lastOfAll() {
    StreamPart root = taken.get(ROOT);
    if (root == null) {
      throw refused("the root of its zone is not in it");
    }
    for (String target : volumes.keySet()) {
      StreamPart last = taken.get(target);
      if (last == null || !last.snapshot().equals(root.snapshot())) {
        throw refused(
            "the volume at %s is not in it as of snapshot '%s'".formatted(target, root.snapshot()));
      }
    }
    return root.snapshot();
  }

  static PolderException refused(String why) {
    return new PolderException(ErrorKind.INVALID, "the stream is refused: " + why);
  }

  /** Makes all datasets what they were at the last snapshot, and shows what was taken in. */
  void finish() {
    receptions.forEach(
        (key, reception) -> {
          if (!key.equals(ROOT)) {
            var _ = reception.finish();
          }
        });
    Reception root = receptions.get(ROOT);
    if (root == null) {
      throw new IllegalStateException("nothing was taken in");
    }
    var _ = root.finish();
  }

  /** Takes away what is not finished. */
  @Override
  public void close() {
    try (Undo all = new Undo()) {
      receptions.values().forEach(reception -> all.add(reception::close));
    }
  }
}
