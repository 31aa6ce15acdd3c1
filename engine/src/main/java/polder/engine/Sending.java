package polder.engine;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import polder.image.ImageHold;
import polder.linux.ZstdOutput;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Snapshot;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
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

  /** One snapshot of one of the zone's datasets, and what it begins from. */
  record Part(UUID dataset, StreamPart about, Origin origin) {}

  /** Settles what is to be sent, and takes a snapshot if none is named; with the zone's lock. */
  Load prepare(LocalZone zone, SendRequest request) {
    Map<String, UUID> volumes = volumes(zone);
    String last = request.snapshot().orElseGet(() -> take(zone));
    List<String> whole = snapping.of(zone).stream().map(Snapshot::name).toList();
    List<String> all =
        hall.storage().snapshots(zone.uuid()).stream()
            .map(StoredSnapshot::name)
            .filter(whole::contains)
            .toList();
    List<String> chosen = choose(zone, all, last, request);
    Optional<UUID> image = zone.record().spec().find(ZoneProperties.IMAGE_UUID);
    if (request.withoutImage() && image.isEmpty()) {
      throw new PolderException(
          ErrorKind.INVALID, "zone '%s' is of no image: send all of it".formatted(zone.name()));
    }
    ImageHold hold = request.withoutImage() ? image.map(hall.images()::hold).get() : () -> {};
    List<Part> parts = new ArrayList<>();
    Optional<String> before = Optional.empty();
    for (String name : chosen) {
      if (before.isPresent() || request.since().isEmpty()) { // else it is where all begins
        parts.add(part(zone.uuid(), name, before, request.withoutImage() ? image : none()));
        for (Map.Entry<String, UUID> volume : volumes.entrySet()) {
          Part part = part(volume.getValue(), name, before, none());
          parts.add(new Part(part.dataset(), part.about().of(volume.getKey()), part.origin()));
        }
      }
      before = Optional.of(name);
    }
    StreamHead head =
        new StreamHead(
            zone.record().spec(),
            image.isPresent() ? Optional.of(hall.config(zone.record())) : Optional.empty(),
            Instant.now(),
            Optional.of(
                new StreamPlan(
                    zone.uuid(),
                    stored(zone.uuid(), last).id(),
                    last,
                    request.since().map(name -> stored(zone.uuid(), name).id()),
                    request.history(),
                    request.withoutImage())));
    return new Load(zone, head, List.copyOf(parts), hold);
  }

  /** Settles what was sent before; with the zone's lock. */
  Load prepareAgain(LocalZone zone, ResumeToken token, boolean compress) {
    return prepare(
        zone,
        new SendRequest(
            ZoneRef.of(zone.uuid()),
            Optional.of(name(zone, token.snapshot())),
            token.since().map(id -> name(zone, id)),
            token.history(),
            token.withoutImage(),
            compress));
  }

  private String name(LocalZone zone, UUID snapshot) {
    return hall.storage().snapshots(zone.uuid()).stream()
        .filter(each -> each.id().equals(snapshot))
        .map(StoredSnapshot::name)
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "zone '%s' does not have the snapshot any more that was sent (%s): send it from its beginning"
                        .formatted(zone.name(), snapshot)));
  }

  private static Optional<UUID> none() {
    return Optional.empty();
  }

  /** Its own volumes, by where its payload has them. */
  private Map<String, UUID> volumes(LocalZone zone) {
    Map<String, UUID> volumes = new TreeMap<>();
    for (Filesystem each : zone.record().spec().volumes()) {
      if (each.isOwnVolume()) {
        hall.volumes()
            .own(zone.uuid(), each.target())
            .ifPresent(volume -> volumes.put(each.target(), volume.uuid()));
      }
    }
    return volumes;
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
  private static List<String> choose(
      LocalZone zone, List<String> all, String last, SendRequest request) {
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
    return begin < 0 ? List.of(last) : List.of(all.get(begin), last);
  }

  private static int index(LocalZone zone, List<String> all, String name) {
    int index = all.indexOf(name);
    if (index < 0) {
      throw missing(zone.name(), name);
    }
    return index;
  }

  private static PolderException missing(String zone, String snapshot) {
    return new PolderException(
        ErrorKind.NOT_FOUND, "zone '%s' has no snapshot '%s'".formatted(zone, snapshot));
  }

  private Part part(UUID dataset, String name, Optional<String> before, Optional<UUID> image) {
    StoredSnapshot snapshot = stored(dataset, name);
    Optional<UUID> from = before.isPresent() ? Optional.empty() : image;
    StreamPart about =
        new StreamPart(
            name,
            snapshot.id(),
            snapshot.created(),
            before.map(since -> stored(dataset, since).id()),
            from,
            Optional.empty());
    Origin origin = new Origin.Nothing();
    if (before.isPresent()) {
      origin = new Origin.Snapshot(before.get());
    } else if (from.isPresent()) {
      origin = new Origin.Image(hall.images().get(from.get().toString()).layers());
    }
    return new Part(dataset, about, origin);
  }

  private StoredSnapshot stored(UUID dataset, String name) {
    return hall.storage().snapshots(dataset).stream()
        .filter(snapshot -> snapshot.name().equals(name))
        .findFirst()
        .orElseThrow(() -> missing(dataset.toString(), name));
  }

  /**
   * Writes what was settled.
   *
   * @param compress with zstd
   * @param from where it goes on; empty for all of it
   */
  void write(
      Load load, boolean compress, Optional<Resumption> from, OutputStream to, Progress progress) {
    String name = load.zone().name();
    try (ImageHold _ = load.image()) {
      Counted counted = new Counted(to, progress);
      if (compress) {
        compress(load, from, counted);
      } else {
        write(load, from, counted);
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

  private void compress(Load load, Optional<Resumption> from, OutputStream to) throws IOException {
    try (OutputStream compressed = new LateZstd(to)) {
      write(load, from, compressed);
    }
  }

  /** Compresses from the first byte on: what is refused before that has written nothing. */
  private static final class LateZstd extends OutputStream {
    private final OutputStream to;
    private Optional<OutputStream> compressed = Optional.empty();

    LateZstd(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (compressed.isEmpty()) {
        compressed = Optional.of(new ZstdOutput(to));
      }
      compressed.get().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      if (compressed.isPresent()) {
        compressed.get().flush();
      }
    }

    @Override
    public void close() throws IOException {
      if (compressed.isPresent()) {
        compressed.get().close();
      }
    }
  }

  private void write(Load load, Optional<Resumption> from, OutputStream to) throws IOException {
    StreamOutput stream =
        from.isPresent()
            ? StreamOutput.after(from.get().mark(), to, from.get().write())
            : StreamOutput.begin(to, load.head().write());
    for (Part part : load.parts()) {
      try (OutputStream changes = stream.part(part.about().write())) {
        hall.storage().send(part.dataset(), part.about().snapshot(), part.origin(), changes);
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
