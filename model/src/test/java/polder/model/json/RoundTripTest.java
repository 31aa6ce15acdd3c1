package polder.model.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.Brand;
import polder.model.CloneRequest;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Fault;
import polder.model.Finding;
import polder.model.Healthcheck;
import polder.model.HostInfo;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.Json;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;
import polder.model.Property;
import polder.model.Snapshot;
import polder.model.SnapshotRequest;
import polder.model.SnapshotSchedule;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/** What is written is read back as it was, through text. */
class RoundTripTest {
  private static final int ROUNDS = 300;

  @Test
  void generatorKnowsEveryPropertyThatIsInForce() {
    Set<String> known = new HashSet<>(new Arbitrary(0).properties(true).keySet());
    known.addAll(new Arbitrary(0).machine().keySet());
    known.addAll(
        Set.of("brand", "image", "max_swap", "init_name")); // said by rules between properties
    for (Property<?> property : ZoneProperties.list()) {
      assertTrue(
          property.refusal().isPresent() || known.contains(property.name()), property.name());
    }
  }

  @Test
  void specs() {
    rounds(
        (any, i) -> {
          ZoneSpec spec = ZoneSpec.read(any.payload());
          assertEquals(spec, ZoneSpec.read(Json.object(Json.write(spec.write()))));
          assertEquals(spec, spec.checked());
        });
  }

  @Test
  void zones() {
    rounds(
        (any, i) -> {
          Zone zone = zone(any);
          assertEquals(zone, ZoneJson.read(text(ZoneJson.write(zone))));
        });
  }

  @Test
  void images() {
    rounds(
        (any, i) -> {
          ImageConfig config =
              new ImageConfig(
                  any.list(any::text),
                  any.list(any::text),
                  any.map(any::name),
                  any.maybe(any::path),
                  any.maybe(any::name),
                  any.maybe(() -> "TERM"),
                  any.map(() -> "org." + any.name()),
                  any.list(any::path),
                  any.list(() -> any.one() + "/tcp"),
                  any.maybe(
                      () ->
                          new Healthcheck(
                              any.list(any::line),
                              Duration.ofSeconds(any.number(1, 100)),
                              Duration.ofSeconds(any.number(1, 100)),
                              i % 9 + 1,
                              Duration.ofSeconds(i))));
          ImageAbout about =
              new ImageAbout(
                  any.maybe(any::uuid),
                  any.maybe(any::uuid),
                  any.maybe(any::name),
                  any.maybe(any::name),
                  any.maybe(any::time),
                  any.maybe(any::text),
                  any.maybe(any::line),
                  any.maybe(() -> Brand.LX),
                  any.maybe(() -> any.number(0, 1000)),
                  any.maybe(() -> any.number(0, 1000)));
          Image image =
              new Image(
                  any.uuid(),
                  "sha256:" + "0123456789abcdef".repeat(4),
                  any.name(),
                  "12",
                  any.number(0, Long.MAX_VALUE - 1),
                  any.time(),
                  "linux",
                  "amd64",
                  config,
                  any.list(any::name),
                  about);
          assertEquals(image, ImageJson.read(text(ImageJson.write(image))));
          assertEquals(config, ImageJson.readConfig(text(ImageJson.write(config))));
          ImageRequest request = new ImageRequest(any.name(), "v" + any.one(), config);
          assertEquals(request, ImageJson.readRequest(text(ImageJson.write(request))));
          ImageRequest told =
              new ImageRequest("a", "b", config, about, Optional.of("0123456789".repeat(4)));
          assertEquals(told, ImageJson.readRequest(text(ImageJson.write(told))));
          ImageUsage usage =
              new ImageUsage(
                  any.uuid(), any.list(any::line), i, any.number(0, 99), any.one(), i % 2 == 0);
          assertEquals(usage, ImageUsageJson.readUsage(text(ImageUsageJson.write(usage))));
          ImagePruning pruning =
              new ImagePruning(List.of(image, image), i, any.number(0, 1L << 60));
          assertEquals(pruning, ImageUsageJson.readPruning(text(ImageUsageJson.write(pruning))));
        });
  }

  @Test
  void pools() {
    rounds(
        (any, i) -> {
          Pool pool =
              new Pool(
                  "fast",
                  "btrfs",
                  i % 2 == 0 ? Pool.Kind.FILE : Pool.Kind.DEVICE,
                  any.path(),
                  any.number(0, Long.MAX_VALUE - 1),
                  any.number(0, Long.MAX_VALUE - 1),
                  i % 2 == 0,
                  any.number(0, 1000),
                  any.number(0, 1000),
                  any.maybe(any::text));
          assertEquals(pool, PoolJson.read(text(PoolJson.write(pool))));
          PoolRequest request =
              new PoolRequest("fast", Optional.empty(), any.maybe(any::path), Optional.empty());
          assertEquals(request, PoolJson.readRequest(text(PoolJson.write(request))));
          PoolScrub scrub = new PoolScrub(any.number(0, 1L << 40), i, any.number(0, 9));
          assertEquals(scrub, PoolJson.readScrub(text(PoolJson.write(scrub))));
          long trimmed = any.number(0, 1L << 50);
          assertEquals(trimmed, PoolJson.readTrim(text(PoolJson.writeTrim(trimmed))));
        });
  }

  @Test
  void adoptions() {
    rounds(
        (any, i) -> {
          AdoptRequest request =
              new AdoptRequest(any.list(any::name), Map.of("a" + i, "b"), i % 2 == 0, i % 3 == 0);
          assertEquals(request, AdoptionJson.readRequest(text(AdoptionJson.write(request))));
          Adoptee object =
              new Adoptee(
                  any.pick(Adoptee.Kind.values()),
                  UUID.randomUUID(),
                  any.name(),
                  any.maybe(UUID::randomUUID),
                  any.maybe(
                      () ->
                          new Adoptee.Origin(
                              UUID.randomUUID(), any.maybe(any::name), any.number(0, 1) == 1)),
                  any.number(0, 99),
                  any.pick(Adoptee.Fate.values()),
                  any.maybe(any::name));
          Adoption adoption = new Adoption("fast", List.of(object, object));
          assertEquals(adoption, AdoptionJson.read(text(AdoptionJson.write(adoption))));
        });
  }

  @Test
  void volumes() {
    rounds(
        (any, i) -> {
          Volume volume =
              new Volume(
                  "data",
                  UUID.randomUUID(),
                  "fast",
                  any.number(0, Long.MAX_VALUE - 1),
                  "zstd",
                  i % 2 == 0
                      ? SnapshotSchedule.NONE
                      : new SnapshotSchedule(
                          Map.of(
                              any.pick(SnapshotSchedule.Period.values()),
                              (int) any.number(1, 1000))),
                  any.number(0, Long.MAX_VALUE - 1),
                  any.time(),
                  any.list(any::name),
                  any.maybe(UUID::randomUUID),
                  any.maybe(any::text));
          assertEquals(volume, VolumeJson.read(text(VolumeJson.write(volume))));
          VolumeRequest request =
              new VolumeRequest(
                  "Data_1.x", "fast", i % 2 == 0 ? 0 : 1L << 30, "off", volume.schedule());
          assertEquals(request, VolumeJson.readRequest(text(VolumeJson.write(request))));
        });
  }

  @Test
  void processes() {
    rounds(
        (any, i) -> {
          ExecSpec exec =
              new ExecSpec(
                  any.list(() -> any.raw().replace('\0', '0')),
                  any.maybe(any::name),
                  any.maybe(any::path),
                  any.map(any::name),
                  any.flag(),
                  any.flag(),
                  (int) any.number(0, 65_535),
                  (int) any.number(0, 65_535));
          assertEquals(exec, ExecJson.readExec(text(ExecJson.write(exec))));
          StopOptions stop =
              new StopOptions(
                  any.maybe(() -> Duration.ofMillis(any.number(0, 86_400_000))), any.flag());
          assertEquals(stop, ExecJson.readStop(text(ExecJson.write(stop))));
          ExitStatus exit = new ExitStatus((int) any.number(0, 255));
          assertEquals(exit, ExecJson.readExit(text(ExecJson.write(exit))));
        });
  }

  @Test
  void hosts() {
    rounds(
        (any, i) -> {
          HostInfo info =
              new HostInfo(
                  "0.1.0",
                  "25",
                  "6.18",
                  "amd64",
                  any.one(),
                  any.map(any::name),
                  Map.of("zones", any.one()));
          assertEquals(info, HostJson.readInfo(text(HostJson.write(info))));
          Finding finding =
              new Finding(any.raw(), any.pick(Finding.Level.values()), any.raw(), any.raw());
          assertEquals(finding, HostJson.readFinding(text(HostJson.write(finding))));
          Event event =
              new Event(
                  any.number(1, Long.MAX_VALUE - 1),
                  any.time(),
                  "zone.start",
                  any.maybe(any::uuid),
                  any.raw(),
                  Map.of("changes", List.of(any.raw(), any.one()), "x", any.flag()));
          assertEquals(event, HostJson.readEvent(text(HostJson.write(event))));
        });
  }

  @Test
  void logs() {
    rounds(
        (any, i) -> {
          LogLine line =
              new LogLine(any.time(), any.pick("stdout", "stderr"), any.raw(), any.flag());
          assertEquals(line, LogJson.read(text(LogJson.write(line))));
          LogQuery query = new LogQuery(any.number(-1, 99), any.maybe(any::time), any.flag());
          assertEquals(query, LogJson.readQuery(text(LogJson.write(query))));
        });
  }

  @Test
  void plans() {
    rounds(
        (any, i) -> {
          List<UpdatePlan.Line> lines = new ArrayList<>();
          for (UpdatePlan.Effect effect : UpdatePlan.Effect.values()) {
            lines.add(
                new UpdatePlan.Line(
                    any.name(),
                    any.flag() ? any.one() : null,
                    any.flag() ? any.list(any::raw) : null,
                    effect,
                    any.raw()));
          }
          UpdatePlan plan = new UpdatePlan(lines);
          assertEquals(plan, PlanJson.read(text(PlanJson.write(plan))));
        });
  }

  @Test
  void errors() {
    for (ErrorKind kind : ErrorKind.values()) {
      PolderException error =
          new PolderException(kind, "no such thing", List.of(new Fault("a.b[0]", "is wrong")));
      PolderException back = ErrorJson.read(text(ErrorJson.write(error)));
      assertEquals(error.kind(), back.kind());
      assertEquals(error.getMessage(), back.getMessage());
      assertEquals(error.faults(), back.faults());
    }
  }

  @Test
  void refusesUnknownMissingAndMistypedFieldsAtOnce() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                ExecJson.readExec(
                    Json.read("{\"comand\": [\"x\"], \"tty\": \"yes\", \"rows\": 70000}")));
    assertEquals(
        List.of("comand", "command", "tty", "rows"),
        refusal.faults().stream().map(Fault::path).toList());
    assertTrue(String.valueOf(refusal.getMessage()).contains("did you mean 'command'"));
  }

  @Test
  void refusesNullWhereAValueIsDue() {
    assertThrows(
        PolderException.class,
        () ->
            HostJson.readEvent(
                Json.read(
                    "{\"cursor\":1,\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"a.b\","
                        + "\"name\":\"x\",\"details\":{\"a\":null}}")));
    assertThrows(PolderException.class, () -> ExecJson.readStop(null));
    assertThrows(PolderException.class, () -> ExecJson.readStop(List.of()));
  }

  @Test
  void zoneWithoutIdentityOrStateIsRefused() {
    PolderException refusal =
        assertThrows(PolderException.class, () -> ZoneJson.read(Map.of("brand", "native")));
    List<String> paths = refusal.faults().stream().map(Fault::path).toList();
    assertTrue(paths.contains("uuid") && paths.contains("zone_state"), paths.toString());
  }

  @Test
  void everySchemaNamesEveryFieldThatIsWritten() {
    Map<String, Object> zone = new LinkedHashMap<>(ZoneJson.write(zone(new Arbitrary(1))));
    Map<String, Object> properties = Json.asObject(ZoneJson.ZONE.schema().get("properties"));
    zone.keySet().forEach(name -> assertTrue(properties.containsKey(name), name));
  }

  @Test
  void snapshots() {
    rounds(
        (any, i) -> {
          Snapshot snapshot = snapshot(any);
          assertEquals(snapshot, SnapshotJson.read(text(SnapshotJson.write(snapshot))));
          SnapshotRequest request =
              new SnapshotRequest(
                  List.of(ZoneRef.of(any.uuid()), ZoneRef.of(any.uuid())), any.maybe(any::name));
          assertEquals(request, SnapshotJson.readRequest(text(SnapshotJson.write(request))));
          CloneRequest cloned =
              new CloneRequest(any.maybe(any::name), new Patch(Map.of("alias", any.name())));
          assertEquals(cloned, SnapshotJson.readClone(text(SnapshotJson.write(cloned))));
        });
  }

  private static Snapshot snapshot(Arbitrary any) {
    return new Snapshot(any.name(), any.time(), any.maybe(any::one));
  }

  private static Zone zone(Arbitrary any) {
    Map<String, Object> payload = any.payload();
    payload.put("uuid", any.uuid().toString());
    ZoneStatus status =
        new ZoneStatus(
            any.pick(ZoneState.values()),
            any.flag(),
            any.maybe(() -> (int) any.one()),
            any.time(),
            any.time(),
            any.maybe(any::time),
            any.maybe(() -> new ExitStatus(137)),
            any.maybe(any::time),
            any.flag(),
            any.small(),
            any.maybe(() -> "healthy"),
            any.maybe(any::raw));
    return new Zone(
        ZoneSpec.read(payload), status, "/var/lib/polder/zones/x", any.list(() -> snapshot(any)));
  }

  static Object text(Object tree) {
    Object read = Json.read(Json.write(tree));
    assertTrue(read != null);
    return read;
  }

  static void rounds(BiConsumer<Arbitrary, Integer> round) {
    for (int i = 0; i < ROUNDS; i++) {
      try {
        round.accept(new Arbitrary(i), i);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + i, e);
      }
    }
  }
}
