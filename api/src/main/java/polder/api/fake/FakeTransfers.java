package polder.api.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Snapshot;
import polder.model.Transfers;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * Fake zones as streams: a line that says what it is of, then a digest, and a JSON text that only
 * another fake host can read.
 */
final class FakeTransfers implements Transfers {
  private final FakeZones zones;
  private final FakePools pools;
  private final FakePartials partials = new FakePartials();
  private final Map<String, UUID> ids = new ConcurrentHashMap<>(); // of snapshots, by ZONE@NAME

  FakeTransfers(FakeZones zones, FakePools pools) {
    this.zones = zones;
    this.pools = pools;
  }

  private UUID id(FakeZone zone, String snapshot) {
    return ids.computeIfAbsent(zone.uuid() + "@" + snapshot, key -> UUID.randomUUID());
  }

  @Override
  public void send(SendRequest request, OutputStream to, Progress progress) {
    Map<String, Object> load = zones.locked(() -> write(request));
    byte[] body = body(load);
    put(to, head(request, load, body.length), body, 0);
  }

  @Override
  public void resume(ResumeToken token, boolean compress, OutputStream to, Progress progress) {
    ZoneRef ref = ZoneRef.of(token.zone());
    byte[] body =
        zones.locked(
            () -> {
              FakeZone zone = zones.find(ref);
              SendRequest request =
                  new SendRequest(
                      ref,
                      Optional.of(name(zone, token.snapshot())),
                      token.since().map(id -> name(zone, id)),
                      token.history(),
                      token.withoutImage(),
                      compress);
              return body(write(request));
            });
    int left = (int) Math.min(token.records(), Integer.MAX_VALUE);
    if (left > body.length
        || !FakePartials.digest(Arrays.copyOf(body, left)).equals(token.digest())) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the resume token is refused: what is sent now does not begin with what was received");
    }
    put(to, FakePartials.rest(token), body, left);
  }

  private String name(FakeZone zone, UUID snapshot) {
    return zone.snapshots().stream()
        .map(Snapshot::name)
        .filter(name -> id(zone, name).equals(snapshot))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "zone '%s' does not have the snapshot any more that was sent"
                        .formatted(zone.spec().name())));
  }

  /** What a stream says first: what it is of, and how long it is. */
  private static Map<String, Object> head(
      SendRequest request, Map<String, Object> load, int length) {
    List<Map<String, Object>> parts =
        Json.asList(load.get("parts")).stream().map(Json::asObject).toList();
    ZoneSpec zone = ZoneSpec.read(Json.asObject(load.get("zone")));
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("zone", zone.name());
    head.put("uuid", zone.uuid().toString());
    head.put("snapshot", String.valueOf(parts.getLast().get("snapshot")));
    head.put("id", String.valueOf(parts.getLast().get("id")));
    if (parts.getFirst().containsKey("since")) {
      head.put("since", String.valueOf(parts.getFirst().get("since")));
    }
    head.put("history", request.history());
    head.put("without_image", request.withoutImage());
    head.put("length", (long) length);
    return head;
  }

  private static byte[] body(Map<String, Object> load) {
    String text = Json.write(load);
    String digest = FakePartials.digest(text.getBytes(StandardCharsets.UTF_8));
    return (digest + text).getBytes(StandardCharsets.UTF_8);
  }

  private static void put(OutputStream to, Map<String, Object> head, byte[] body, int from) {
    try {
      to.write((Json.write(head) + "\n").getBytes(StandardCharsets.UTF_8));
      to.write(body, from, body.length - from);
      to.flush();
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNREACHABLE, "cannot send the zone: " + e.getMessage(), e);
    }
  }

  private Map<String, Object> write(SendRequest request) {
    FakeZone zone = zones.find(request.zone());
    String last =
        request.snapshot().orElseGet(() -> zone.snapshot(nameNow(zone), Instant.now()).name());
    List<String> names = zone.snapshots().stream().map(Snapshot::name).toList();
    int end = index(zone, names, last);
    int begin = request.since().map(name -> index(zone, names, name)).orElse(-1);
    if (begin >= end) {
      throw new PolderException(
          ErrorKind.INVALID, "snapshot '%s' is not older".formatted(request.since().orElse("")));
    }
    if (request.withoutImage() && !zone.spec().has(ZoneProperties.IMAGE_UUID)) {
      throw new PolderException(ErrorKind.INVALID, "the zone is of no image: send all of it");
    }
    List<Object> parts = new ArrayList<>();
    for (int i = request.history() ? begin + 1 : end; i <= end; i++) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("snapshot", names.get(i));
      part.put("id", id(zone, names.get(i)).toString());
      if (parts.isEmpty() && begin >= 0) {
        part.put("since", id(zone, names.get(begin)).toString());
      }
      part.put("files", zone.filesAt(names.get(i)).write());
      parts.add(part);
    }
    zones.tell("zone.send", zone, Map.of("snapshot", last));
    return Map.of("zone", zone.spec().write(), "parts", parts);
  }

  private static String nameNow(FakeZone zone) {
    String now = Snapshot.nameAt(Instant.now());
    String name = now;
    for (int i = 2; has(zone, name); i++) {
      name = now + "." + i;
    }
    return name;
  }

  private static boolean has(FakeZone zone, String snapshot) {
    return zone.snapshots().stream().anyMatch(there -> there.name().equals(snapshot));
  }

  private static int index(FakeZone zone, List<String> names, String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "zone '%s' has no snapshot '%s'".formatted(zone.spec().name(), name));
    }
    return index;
  }

  @Override
  public Zone receive(InputStream from, ReceiveRequest request, Progress progress) {
    FakeInput stream = new FakeInput(from);
    Map<String, Object> first = stream.head();
    if (!first.containsKey("partial")) {
      return receive(UUID.randomUUID(), first, new byte[0], stream, request);
    }
    FakePartials.Kept kept = partials.behind(first, request);
    return receive(kept.id(), kept.head(), kept.bytes(), stream, kept.request());
  }

  private Zone receive(
      UUID id, Map<String, Object> head, byte[] had, FakeInput stream, ReceiveRequest request) {
    byte[] body = stream.rest(had);
    long length = head.get("length") instanceof Long told ? told : 0;
    if (body.length < length) {
      if (request.resumable() && body.length > 0) {
        partials.put(id, head, body, request);
      }
      throw stream.broken();
    }
    Map<String, Object> tree = FakeInput.read(body);
    ZoneSpec sent = ZoneSpec.read(Json.asObject(tree.get("zone")));
    List<Map<String, Object>> parts =
        Json.asList(tree.get("parts")).stream().map(Json::asObject).toList();
    @Nullable Object since = parts.getFirst().get("since");
    Zone zone =
        since == null
            ? anew(sent, parts, request)
            : further(sent, UUID.fromString(String.valueOf(since)), parts, request);
    partials.remove(id);
    return zone;
  }

  @Override
  public List<PartialReceive> partials() {
    return partials.list();
  }

  @Override
  public void abort(UUID partial) {
    partials.abort(partial);
  }

  private Zone anew(ZoneSpec sent, List<Map<String, Object>> parts, ReceiveRequest request) {
    ZoneSpec spec =
        sent.get(ZoneProperties.AUTOBOOT) ? sent.with(ZoneProperties.AUTOBOOT, false) : sent;
    if (request.as().isPresent()) {
      spec =
          spec.with(ZoneProperties.ZONE_UUID, UUID.randomUUID())
              .with(ZoneProperties.ALIAS, request.as().get());
    }
    String pool = sent.get(ZoneProperties.ZPOOL);
    boolean there = pools.list().stream().anyMatch(each -> each.name().equals(pool));
    String into = request.pool().orElse(there ? pool : Pool.DEFAULT);
    if (!into.equals(pool)) {
      spec = spec.with(ZoneProperties.ZPOOL, into);
    }
    Zone made = zones.create(spec);
    return zones.locked(
        () -> {
          FakeZone zone = zones.find(new ZoneRef(made.uuid().toString()));
          take(zone, parts);
          return zone.seen();
        });
  }

  private Zone further(
      ZoneSpec sent, UUID since, List<Map<String, Object>> parts, ReceiveRequest request) {
    String wanted = request.as().orElse(sent.uuid().toString());
    return zones.locked(
        () -> {
          FakeZone zone = zones.find(new ZoneRef(wanted));
          Optional<String> base =
              zone.snapshots().stream()
                  .map(Snapshot::name)
                  .filter(name -> id(zone, name).equals(since))
                  .findFirst();
          if (base.isEmpty()) {
            throw new PolderException(
                ErrorKind.NOT_FOUND, "no zone here has the snapshot that the stream begins from");
          }
          if (zone.running()) {
            throw zone.wrongState("runs; stop it first");
          }
          if (!request.force() && !zone.filesAt(base.get()).write().equals(zone.files.write())) {
            throw zone.wrongState("was changed since; receive with force");
          }
          for (Map<String, Object> part : parts) {
            if (has(zone, String.valueOf(part.get("snapshot")))) {
              throw new PolderException(ErrorKind.EXISTS, "the zone has that snapshot already");
            }
          }
          take(zone, parts);
          return zone.seen();
        });
  }

  private void take(FakeZone zone, List<Map<String, Object>> parts) {
    for (Map<String, Object> part : parts) {
      String name = String.valueOf(part.get("snapshot"));
      zone.files.become(FakeFiles.read(Json.asObject(part.get("files"))));
      ids.put(zone.uuid() + "@" + name, UUID.fromString(String.valueOf(part.get("id"))));
      zone.snapshot(name, Instant.now());
    }
    zones.tell("zone.receive", zone, Map.of());
  }
}
