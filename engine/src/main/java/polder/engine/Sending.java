package polder.engine;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.image.ImageHold;
import polder.linux.ZstdOutput;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.SendRequest;
import polder.model.Snapshot;
import polder.model.ZoneProperties;
import polder.storage.Origin;
import polder.storage.StoredSnapshot;
import polder.storage.stream.StreamOutput;

/**
 * Writes zones. Which snapshots those are is settled with the zone's lock; they are written without
 * it, for however long that takes: one that is deleted meanwhile breaks the stream off.
 */
final class Sending {
  private final Hall hall;
  private final Snapping snapping;

  Sending(Hall hall, Snapping snapping) {
    this.hall = hall;
    this.snapping = snapping;
  }

  /**
   * What is to be written.
   *
   * @param parts one after the other, each from the one before
   */
  record Load(LocalZone zone, StreamHead head, List<Part> parts, ImageHold image) {}

  /** One snapshot, and what it begins from. */
  record Part(StreamPart about, Origin origin) {}

  /** Settles what is to be sent, and takes a snapshot if none is named; with the zone's lock. */
  Load prepare(LocalZone zone, SendRequest request) {
    refuseVolumes(zone);
    String last = request.snapshot().orElseGet(() -> take(zone));
    List<String> whole = snapping.of(zone).stream().map(Snapshot::name).toList();
    List<StoredSnapshot> all =
        hall.storage().snapshots(zone.uuid()).stream()
            .filter(snapshot -> whole.contains(snapshot.name()))
            .toList();
    List<StoredSnapshot> chosen = choose(zone, all, last, request);
    Optional<UUID> image = zone.record().spec().find(ZoneProperties.IMAGE_UUID);
    if (request.withoutImage() && image.isEmpty()) {
      throw new PolderException(
          ErrorKind.INVALID, "zone '%s' is of no image: send all of it".formatted(zone.name()));
    }
    ImageHold hold = request.withoutImage() ? image.map(hall.images()::hold).get() : () -> {};
    List<Part> parts = new ArrayList<>();
    Optional<StoredSnapshot> before = Optional.empty();
    for (StoredSnapshot snapshot : chosen) {
      boolean base = before.isEmpty() && request.since().isPresent();
      if (!base) {
        parts.add(part(snapshot, before, request.withoutImage() ? image : Optional.empty()));
      }
      before = Optional.of(snapshot);
    }
    StreamHead head =
        new StreamHead(
            zone.record().spec(),
            image.isPresent() ? Optional.of(hall.config(zone.record())) : Optional.empty(),
            Instant.now());
    return new Load(zone, head, List.copyOf(parts), hold);
  }

  /** What a stream leaves out is not to be missed only when it is wanted back. */
  private void refuseVolumes(LocalZone zone) {
    hall.volumes().ownOf(zone.uuid()).stream()
        .findFirst()
        .ifPresent(
            own -> {
              throw new PolderException(
                  ErrorKind.UNSUPPORTED,
                  ("cannot send zone '%s': it has a volume of its own at %s, and volumes are not"
                          + " sent yet; copy what is in it with 'polder cp'")
                      .formatted(zone.name(), own.owner().orElseThrow().target()));
            });
  }

  private String take(LocalZone zone) {
    hall.disk().demandRoom("send zone '%s'".formatted(zone.name()));
    String now = Snapshot.nameAt(Instant.now());
    List<String> taken = snapping.of(zone).stream().map(Snapshot::name).toList();
    String name = now;
    for (int i = 2; taken.contains(name); i++) {
      name = now + "." + i;
    }
    return snapping.take(List.of(zone), name).getFirst().name();
  }

  /** Those from where it begins to the last, the oldest first. */
  private static List<StoredSnapshot> choose(
      LocalZone zone, List<StoredSnapshot> all, String last, SendRequest request) {
    int end = index(zone, all, last);
    int begin = request.since().map(name -> index(zone, all, name)).orElse(-1);
    if (begin >= end) {
      throw new PolderException(
          ErrorKind.INVALID,
          "snapshot '%s' is not older than '%s': send since an older one"
              .formatted(request.since().orElse(""), last));
    }
    if (request.history()) {
      return all.subList(Math.max(begin, 0), end + 1);
    }
    return begin < 0 ? List.of(all.get(end)) : List.of(all.get(begin), all.get(end));
  }

  private static int index(LocalZone zone, List<StoredSnapshot> all, String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new PolderException(
        ErrorKind.NOT_FOUND, "zone '%s' has no snapshot '%s'".formatted(zone.name(), name));
  }

  private Part part(
      StoredSnapshot snapshot, Optional<StoredSnapshot> before, Optional<UUID> image) {
    Optional<UUID> from = before.isPresent() ? Optional.empty() : image;
    StreamPart about =
        new StreamPart(
            snapshot.name(),
            snapshot.id(),
            snapshot.created(),
            before.map(StoredSnapshot::id),
            from);
    Origin origin = new Origin.Nothing();
    if (before.isPresent()) {
      origin = new Origin.Snapshot(before.get().name());
    } else if (from.isPresent()) {
      origin = new Origin.Image(hall.images().get(from.get().toString()).layers());
    }
    return new Part(about, origin);
  }

  /** Writes what was settled. */
  void write(Load load, SendRequest request, OutputStream to, Progress progress) {
    String name = load.zone().name();
    try (ImageHold _ = load.image()) {
      Counted counted = new Counted(to, progress);
      if (request.compress()) {
        try (OutputStream compressed = new ZstdOutput(counted)) {
          write(load, compressed);
        }
      } else {
        write(load, counted);
      }
      to.flush();
    } catch (UnsupportedOperationException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot compress: %s; install libzstd1, or send it as it is".formatted(e.getMessage()),
          e);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNREACHABLE, "cannot send zone '%s': %s".formatted(name, e.getMessage()), e);
    }
    Part last = load.parts().getLast();
    hall.events()
        .add(
            "zone.send",
            Optional.of(load.zone().uuid()),
            name,
            Map.of("snapshot", last.about().snapshot()));
  }

  private void write(Load load, OutputStream to) throws IOException {
    StreamOutput stream = new StreamOutput(to, load.head().write());
    for (Part part : load.parts()) {
      try (OutputStream changes = stream.part(part.about().write())) {
        hall.storage().send(load.zone().uuid(), part.about().snapshot(), part.origin(), changes);
      }
    }
    stream.end();
  }

  /** Tells how much was written; what it is written to stays open. */
  private static final class Counted extends FilterOutputStream {
    private final Progress progress;
    private long sent;

    Counted(OutputStream to, Progress progress) {
      super(to);
      this.progress = progress;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      sent += length;
      progress.report("sending", sent, -1);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
