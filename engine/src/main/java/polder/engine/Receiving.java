package polder.engine;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import polder.image.ImageHold;
import polder.linux.SyscallException;
import polder.linux.Zstd;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.storage.Origin;
import polder.storage.stream.StreamInput;

/** Takes zones in that were sent. */
final class Receiving {
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}; // RFC 8878
  private static final int LARGEST_WINDOW = 27; // 128 MiB, what zstd allows by itself

  private final Hall hall;
  private final Turns turns;
  private final Partials partials;
  private final Creation creation;
  private final Snapping snapping;
  private final Further further;
  private final Predicate<String> isPool;

  Receiving(
      Hall hall,
      Turns turns,
      Partials partials,
      Creation creation,
      Snapping snapping,
      Further further,
      Predicate<String> isPool) {
    this.further = further;
    this.hall = hall;
    this.turns = turns;
    this.partials = partials;
    this.creation = creation;
    this.snapping = snapping;
    this.isPool = isPool;
  }

  LocalZone receive(InputStream from, ReceiveRequest request, Progress progress) {
    try (InputStream plain = plain(new Counted(from, progress))) {
      StreamInput stream = new StreamInput(plain);
      try (Arriving arriving =
          stream.goesOn() ? partials.more(stream, request) : partials.anew(request)) {
        return receive(stream, arriving);
      }
    } catch (IOException e) {
      throw Further.failed(e);
    }
  }

  private LocalZone receive(StreamInput stream, Arriving arriving) {
    try {
      StreamHead head = StreamHead.read(stream.head());
      if (arriving.request().resumable()) {
        var _ = Arriving.plan(head);
      }
      StreamPart first =
          stream
              .nextPart()
              .map(StreamPart::read)
              .orElseThrow(() -> ZoneArrival.refused("there is no snapshot in it"));
      Optional<UUID> since = first.since();
      LocalZone zone =
          since.isPresent()
              ? further(stream, head, first, since.get(), arriving)
              : anew(stream, head, first, arriving);
      arriving.over();
      return zone;
    } catch (IOException e) {
      throw arriving.told(stream, Further.failed(e));
    } catch (PolderException e) {
      throw arriving.told(stream, e);
    } catch (SyscallException e) { // of the file in which what comes is kept
      throw arriving.told(stream, Failures.of("receive the stream", e));
    }
  }

  private static InputStream plain(InputStream from) throws IOException {
    BufferedInputStream looked = new BufferedInputStream(from, 1 << 17);
    looked.mark(ZSTD.length);
    byte[] begin = looked.readNBytes(ZSTD.length);
    looked.reset();
    return Arrays.equals(begin, ZSTD) ? Zstd.decompress(looked, LARGEST_WINDOW) : looked;
  }

  // A zone that is not here

  private LocalZone anew(StreamInput stream, StreamHead head, StreamPart first, Arriving arriving) {
    ZoneSpec spec = spec(head, arriving);
    hall.disk().demandRoom("receive zone '%s'".formatted(spec.name()));
    Optional<UUID> image = spec.find(ZoneProperties.IMAGE_UUID);
    try (ImageHold _ = hold(first)) {
      Optional<ImageConfig> config =
          image.filter(this::isMissing).isPresent()
              ? Optional.of(head.config().orElse(ImageConfig.NONE))
              : Optional.empty();
      LocalZone zone =
          creation.receive(
              spec,
              config,
              () -> {
                arriving.begin(
                    stream, head, spec.uuid(), spec.name(), spec.get(ZoneProperties.ZPOOL));
                takeAll(stream, head.spec(), first, spec);
              });
      snapping.lookFirst(zone);
      return zone;
    } catch (RuntimeException e) {
      throw Failures.of("receive zone '%s'".formatted(spec.name()), e);
    }
  }

  /** Its payload here: another identity if it is to be another zone, and not started by itself. */
  private ZoneSpec spec(StreamHead head, Arriving arriving) {
    ReceiveRequest request = arriving.request();
    ZoneSpec spec = head.spec();
    if (spec.get(ZoneProperties.AUTOBOOT)) {
      spec = spec.with(ZoneProperties.AUTOBOOT, false);
    }
    if (request.as().isPresent()) {
      spec =
          spec.with(ZoneProperties.ZONE_UUID, arriving.zone().orElseGet(UUID::randomUUID))
              .with(ZoneProperties.ALIAS, request.as().get());
    }
    String pool = request.pool().orElseGet(() -> head.spec().get(ZoneProperties.ZPOOL));
    if (request.pool().isEmpty() && !isPool.test(pool)) {
      pool = Pool.DEFAULT;
    }
    if (!spec.get(ZoneProperties.ZPOOL).equals(pool)) {
      spec = spec.with(ZoneProperties.ZPOOL, pool);
    }
    return spec.checked();
  }

  private boolean isMissing(UUID image) {
    try {
      var _ = hall.images().get(image.toString());
      return false;
    } catch (PolderException e) {
      return true;
    }
  }

  private ImageHold hold(StreamPart first) {
    try {
      return first.image().map(hall.images()::hold).orElse(() -> {});
    } catch (PolderException e) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "the stream is of what differs from image %s, which is not here: pull it, or send all of"
                  .formatted(first.image().get())
              + " the zone",
          e);
    }
  }

  private void takeAll(StreamInput stream, ZoneSpec sent, StreamPart first, ZoneSpec spec) {
    try (ZoneArrival arrival =
        new ZoneArrival(
            hall.storage(), spec.uuid(), volumes(sent, spec), (dataset, part) -> begin(part))) {
      var _ = arrival.takeAll(stream, first);
      arrival.finish();
    } catch (IOException e) {
      throw Further.failed(e);
    }
  }

  private Origin begin(StreamPart part) {
    return part.image()
        .<Origin>map(image -> new Origin.Image(hall.images().get(image.toString()).layers()))
        .orElse(new Origin.Nothing());
  }

  /** A zone's own volumes here, by where the sender's payload has them. */
  private Map<String, UUID> volumes(ZoneSpec sent, ZoneSpec here) {
    Map<String, UUID> volumes = new HashMap<>();
    Optional<String> delegated = here.delegated().map(Filesystem::target);
    for (VolumeRecord own : hall.volumes().ownOf(here.uuid())) {
      String target = own.owner().orElseThrow().target();
      boolean isDelegated = delegated.filter(target::equals).isPresent();
      volumes.put(
          isDelegated ? sent.delegated().map(Filesystem::target).orElse(target) : target,
          own.uuid());
    }
    return volumes;
  }

  // More of a zone that is here

  private LocalZone further(
      StreamInput stream, StreamHead head, StreamPart first, UUID since, Arriving arriving) {
    LocalZone found = find(head, since, arriving);
    return turns.lockedBy(
        "receive",
        new ZoneRef(found.uuid().toString()),
        zone -> {
          if (zone.life().isPresent()) {
            throw new PolderException(
                ErrorKind.WRONG_STATE,
                "cannot receive into zone '%s': it runs; stop it first".formatted(zone.name()));
          }
          hall.disk().demandRoom("receive zone '%s'".formatted(zone.name()));
          ZoneSpec spec = zone.record().spec();
          arriving.begin(stream, head, zone.uuid(), zone.name(), spec.get(ZoneProperties.ZPOOL));
          String name =
              further.take(
                  zone, volumes(head.spec(), spec), stream, first, arriving.request().force());
          snapping.lookFirst(zone);
          hall.events()
              .add("zone.receive", Optional.of(zone.uuid()), zone.name(), Map.of("snapshot", name));
          return zone;
        });
  }

  /** The zone that has the snapshot: the one that is named, the one that was sent, or another. */
  private LocalZone find(StreamHead head, UUID since, Arriving arriving) {
    if (arriving.zone().isPresent()) {
      return turns.find(ZoneRef.of(arriving.zone().get()));
    }
    ReceiveRequest request = arriving.request();
    if (request.as().isPresent()) {
      return turns.find(new ZoneRef(request.as().get()));
    }
    Optional<LocalZone> same =
        hall.table()
            .find(head.spec().uuid())
            .filter(zone -> zone.isMade() && further.snapshot(zone.uuid(), since).isPresent());
    if (same.isPresent()) {
      return same.get();
    }
    List<LocalZone> others =
        hall.table().list().stream()
            .filter(zone -> zone.isMade() && further.snapshot(zone.uuid(), since).isPresent())
            .toList();
    if (others.size() > 1) {
      throw new PolderException(
          ErrorKind.INVALID,
          "%d zones have the snapshot that the stream begins from: say which by 'as'"
              .formatted(others.size()));
    }
    if (others.isEmpty()) {
      throw Further.unknown(since);
    }
    return others.getFirst();
  }

  /** Tells how much was read. */
  private static final class Counted extends FilterInputStream {
    private final Progress progress;
    private long had;

    Counted(InputStream from, Progress progress) {
      super(from);
      this.progress = progress;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      had += Math.max(0, count);
      progress.report("receiving", had, -1);
      return count;
    }

    @Override
    public void close() {
      // it is the caller's
    }
  }
}
