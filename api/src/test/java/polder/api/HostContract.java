package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Brand;
import polder.model.Compression;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Healthcheck;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageFormat;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.SnapshotRequest;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.UpdatePlan.Effect;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/**
 * What every {@link Host} means, whoever implements it.
 *
 * <p>It uses native zones and programs that every userland has: sh, cat, echo, sleep, true, stty.
 */
@Timeout(600)
public abstract class HostContract extends GuestContract {
  @Test
  void aZoneIsMadeStartedStoppedAndTakenAway() {
    Zone zone = create("a", "sleep", "1000");
    assertEquals(ZoneState.INSTALLED, zone.state());
    assertTrue(zone.status().pid().isEmpty());
    assertEquals(zone, host.zones().get(ref("a")));
    assertTrue(host.zones().list().contains(zone));

    Zone running = host.zones().start(ref("a"));
    assertEquals(ZoneState.RUNNING, running.state());
    assertTrue(running.status().pid().isPresent());
    assertTrue(running.status().booted().isPresent());
    assertEquals(1, count("running"));

    Zone stopped = host.zones().stop(ref("a"), StopOptions.GRACEFUL);
    assertEquals(ZoneState.INSTALLED, stopped.state());
    assertTrue(stopped.status().pid().isEmpty());
    assertEquals(Optional.of(new ExitStatus(128 + 15)), stopped.status().exit());
    assertEquals(0, count("running"));

    host.zones().delete(ref("a"), false);
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().get(ref("a")));
  }

  @Test
  void whatIsDoneAlreadyIsLeftAsItIs() {
    create("a", "sleep", "1000");
    Zone first = host.zones().start(ref("a"));
    assertEquals(first.status().pid(), host.zones().start(ref("a")).status().pid());
    host.zones().stop(ref("a"), StopOptions.FORCED);
    assertEquals(ZoneState.INSTALLED, host.zones().stop(ref("a"), StopOptions.GRACEFUL).state());
  }

  @Test
  void startAndStopSetAutoboot() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    assertTrue(host.zones().get(ref("a")).spec().get(ZoneProperties.AUTOBOOT));
    host.zones().stop(ref("a"), StopOptions.FORCED);
    assertFalse(host.zones().get(ref("a")).spec().get(ZoneProperties.AUTOBOOT));
  }

  @Test
  void rebootStartsAnotherProcess() {
    create("a", "sleep", "1000");
    Zone first = host.zones().start(ref("a"));
    Zone second = host.zones().reboot(ref("a"), StopOptions.FORCED);
    assertEquals(ZoneState.RUNNING, second.state());
    assertNotEquals(first.status().pid(), second.status().pid());
  }

  @Test
  void aNameAndAUuidBelongToOneZone() {
    Zone zone = create("a");
    assertKind(ErrorKind.EXISTS, () -> create("a"));
    assertKind(
        ErrorKind.EXISTS,
        () ->
            host.zones()
                .create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ZONE_UUID, zone.uuid())));
  }

  @Test
  void aZoneIsFoundByAliasUuidAndItsBeginning() {
    UUID uuid = UUID.fromString("00c0ffee-1111-4222-8333-444455556666");
    host.zones().create(spec("a").with(ZoneProperties.ZONE_UUID, uuid));
    made.add(uuid);
    for (String text : List.of("a", uuid.toString(), "00c0ffee", "00c0")) {
      assertEquals(uuid, host.zones().get(new ZoneRef(text)).uuid(), text);
    }
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().get(new ZoneRef("00c")));
    UUID other = UUID.fromString("00c0ffee-2222-4222-8333-444455556666");
    host.zones().create(spec("b").with(ZoneProperties.ZONE_UUID, other));
    made.add(other);
    assertKind(ErrorKind.INVALID, () -> host.zones().get(new ZoneRef("00c0ffee")));
  }

  @Test
  void listsByAlias() {
    create("c");
    create("a");
    create("b");
    assertEquals(List.of("a", "b", "c"), host.zones().list().stream().map(Zone::name).toList());
  }

  @Test
  void aPlanChangesNothing() {
    assertFalse(host.zones().plan(spec("a")).isEmpty());
    assertTrue(host.zones().list().isEmpty());
  }

  @Test
  void everyFaultOfASpecIsTold() {
    ZoneSpec wrong =
        spec("a").with(ZoneProperties.MAX_SWAP, 5L).with(ZoneProperties.IMAGE, "debian");
    PolderException refusal = assertThrows(PolderException.class, () -> host.zones().create(wrong));
    assertEquals(ErrorKind.INVALID, refusal.kind());
    assertEquals(2, refusal.faults().size(), refusal.toString());
    assertTrue(host.zones().list().isEmpty());
  }

  @Test
  void aRunningZoneIsDeletedOnlyByForce() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().delete(ref("a"), false));
    host.zones().delete(ref("a"), true);
    assertTrue(host.zones().list().isEmpty());
  }

  @Test
  void whatIsNotThereIsNotFound() {
    ZoneRef none = ref("none");
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().get(none));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().start(none));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().stop(none, StopOptions.GRACEFUL));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().reboot(none, StopOptions.GRACEFUL));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().delete(none, true));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().kill(none, "TERM"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().pause(none));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().await(none));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().attach(none));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().exec(none, ExecSpec.of("true")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().logs(none, LogQuery.ALL));
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.zones().update(none, new Patch(Map.of("alias", "x")), false));
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.zones().copyIn(none, "/tmp", InputStream.nullInputStream()));
    assertKind(
        ErrorKind.NOT_FOUND, () -> host.zones().copyOut(none, "/tmp", new ByteArrayOutputStream()));
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().get("none"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().delete("none:1"));
  }

  @Test
  void whatNeedsARunningZoneSaysSo() {
    create("a");
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().exec(ref("a"), ExecSpec.of("true")));
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().kill(ref("a"), "TERM"));
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().pause(ref("a")));
  }

  @Test
  void aZoneIsPausedAndGoesOn() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    assertTrue(host.zones().pause(ref("a")).status().paused());
    assertTrue(host.zones().pause(ref("a")).status().paused());
    assertEquals(ZoneState.RUNNING, host.zones().get(ref("a")).state());
    assertFalse(host.zones().resume(ref("a")).status().paused());
    assertEquals(ZoneState.INSTALLED, host.zones().stop(ref("a"), StopOptions.FORCED).state());
  }

  @Test
  void anUpdateSaysWhatItDoesAndDoesIt() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    Patch patch = new Patch(Map.of("max_lwps", 500L, "workdir", "/tmp"));
    UpdatePlan dry = host.zones().update(ref("a"), patch, true);
    assertEquals(Effect.NOW, effect(dry, "max_lwps"));
    assertEquals(Effect.AT_RESTART, effect(dry, "workdir"));
    assertFalse(host.zones().get(ref("a")).spec().has(ZoneProperties.MAX_LWPS));
    assertEquals(dry, host.zones().update(ref("a"), patch, false));
    ZoneSpec after = host.zones().get(ref("a")).spec();
    assertEquals(500L, after.get(ZoneProperties.MAX_LWPS));
    assertEquals("/tmp", after.get(ZoneProperties.WORKDIR));
    assertTrue(host.zones().update(ref("a"), patch, false).lines().isEmpty());
  }

  @Test
  void whatIsRefusedKeepsTheRestFromBeingDone() {
    create("a", "sleep", "1000");
    UpdatePlan plan =
        host.zones()
            .update(
                ref("a"),
                new Patch(Map.of("uuid", UUID.randomUUID().toString(), "max_lwps", 9L)),
                false);
    assertTrue(plan.refused());
    assertEquals(Effect.REFUSED, effect(plan, "uuid"));
    assertFalse(host.zones().get(ref("a")).spec().has(ZoneProperties.MAX_LWPS));
    assertKind(
        ErrorKind.INVALID,
        () -> host.zones().update(ref("a"), new Patch(Map.of("max_lwp", 9L)), false));
  }

  @Test
  void aZoneIsRenamed() {
    create("a");
    create("b");
    assertKind(
        ErrorKind.EXISTS,
        () -> host.zones().update(ref("a"), new Patch(Map.of("alias", "b")), false));
    host.zones().update(ref("a"), new Patch(Map.of("alias", "c")), false);
    assertEquals("c", host.zones().get(ref("c")).name());
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().get(ref("a")));
  }

  @Test
  void eventsTellWhatHappenedInOrder() {
    long before = host.events().newest();
    Zone zone = create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    host.zones().stop(ref("a"), StopOptions.FORCED);
    host.zones().delete(ref("a"), false);
    List<String> kinds = new ArrayList<>();
    long last = before;
    try (Cursor<Event> cursor = host.events().since(before, true)) {
      while (!kinds.contains("zone.delete")) {
        Event event = next(cursor);
        assertEquals(last + 1, event.cursor());
        last = event.cursor();
        assertEquals(Optional.of(zone.uuid()), event.zone());
        assertEquals("a", event.name());
        kinds.add(event.kind());
      }
    }
    kinds.retainAll(List.of("zone.create", "zone.start", "zone.exit", "zone.delete"));
    assertEquals(List.of("zone.create", "zone.start", "zone.exit", "zone.delete"), kinds);
    assertTrue(host.events().newest() >= last);
  }

  @Test
  void eventsThatAreReadOnceEnd() {
    create("a");
    try (Cursor<Event> cursor = host.events().since(host.events().newest() - 1, false)) {
      assertEquals("zone.create", next(cursor).kind());
      assertTrue(cursor.next(Duration.ofSeconds(1)).isEmpty());
      assertTrue(cursor.ended());
    }
  }

  @Test
  void imagesAreImportedNamedAndTakenAway() {
    byte[] tar = TestTar.of("etc/contract", "hello".getBytes(StandardCharsets.UTF_8));
    ImageConfig config =
        new ImageConfig(
            List.of("/bin/sh"),
            List.of("-c", "true"),
            Map.of("A", "b c"),
            Optional.of("/root"),
            Optional.empty(),
            Optional.of("INT"),
            Map.of("org.example", "é"),
            List.of("/data"),
            List.of("80/tcp", "53/udp"),
            Optional.of(
                new Healthcheck(
                    List.of("true"),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(6),
                    7,
                    Duration.ofSeconds(8))));
    ImageAbout about =
        new ImageAbout(
            Optional.of(UUID.fromString("7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b")),
            Optional.empty(),
            Optional.of("20170403"),
            Optional.of("lx-dataset"),
            Optional.of(Instant.parse("2017-04-03T12:00:00Z")),
            Optional.of("for the contract"),
            Optional.empty(),
            Optional.of(Brand.LX),
            Optional.of(64L),
            Optional.of(512L));
    List<Long> progress = new ArrayList<>();
    Image image =
        host.images()
            .importTarball(
                new ByteArrayInputStream(tar),
                new ImageRequest("contract/base", "1", config, about, Optional.empty()),
                (what, done, total) -> progress.add(done));
    assertFalse(progress.isEmpty());
    assertTrue(image.digest().matches("sha256:[0-9a-f]{64}"));
    assertEquals(config, image.config());
    assertEquals(about, image.about());
    assertEquals(image, host.images().get("contract/base:1"));
    for (String reference :
        List.of(
            "contract/base:1",
            image.uuid().toString(),
            image.digest(),
            image.digest().substring(7, 19))) {
      assertEquals(image.uuid(), host.images().get(reference).uuid(), reference);
    }
    Image tagged = host.images().tag("contract/base:1", "contract:latest");
    assertEquals(image.uuid(), tagged.uuid());
    assertEquals(image.uuid(), host.images().get("contract").uuid());

    for (ImageFormat.Kind kind : ImageFormat.Kind.values()) {
      ImageFormat plain = new ImageFormat(kind, Optional.of(Compression.NONE));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      host.images().export("contract", plain, out, Progress.NONE);
      String written = out.toString(StandardCharsets.ISO_8859_1);
      assertEquals("ustar", written.substring(257, 262), "a tar, as " + kind);
      assertKind(
          ErrorKind.NOT_FOUND, () -> host.images().export("none:1", plain, out, Progress.NONE));
    }

    assertKind(
        ErrorKind.NOT_FOUND, () -> host.images().push("none:1", "127.0.0.1:1/a", Progress.NONE));
    assertKind(
        ErrorKind.INVALID, () -> host.images().push("contract", "Not/A/Name", Progress.NONE));
    assertKind( // nobody listens there
        ErrorKind.UNAVAILABLE,
        () -> host.images().push("contract", "127.0.0.1:1/a:1", Progress.NONE));

    Zone zone =
        host.zones()
            .create(
                ZoneSpec.of(Brand.LX)
                    .with(ZoneProperties.ALIAS, "a")
                    .with(ZoneProperties.MAX_PHYSICAL_MEMORY, 128L)
                    .with(ZoneProperties.IMAGE, "contract"));
    made.add(zone.uuid());
    assertEquals(image.uuid(), zone.spec().get(ZoneProperties.IMAGE_UUID));
    assertKind(ErrorKind.WRONG_STATE, () -> host.images().delete(image.uuid().toString()));
    ImageUsage usage =
        host.images().usage().stream()
            .filter(one -> one.uuid().equals(image.uuid()))
            .findFirst()
            .orElseThrow();
    assertEquals(
        List.of("contract/base:1", "contract:latest"), usage.names().stream().sorted().toList());
    assertEquals(image.size(), usage.own());
    assertTrue(usage.zones());
    assertFalse(prunes(image, true, false));
    ImageConfig run = config;
    ImageRequest request = new ImageRequest("contract/made", "1", run);
    Image created = host.images().create(ref("a"), Optional.empty(), request, Progress.NONE);
    assertEquals(run, created.config());
    assertEquals(created.uuid(), host.images().get("contract/made:1").uuid());
    assertKind(
        ErrorKind.EXISTS,
        () ->
            host.images()
                .create(
                    ref("a"),
                    Optional.empty(),
                    new ImageRequest("contract", "latest", run),
                    Progress.NONE));
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.images().create(ref("nobody"), Optional.empty(), request, Progress.NONE));
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.images().create(ref("a"), Optional.of("none"), request, Progress.NONE));
    host.snapshots().create(SnapshotRequest.of(ref("a"), "s"));
    ImageRequest second = new ImageRequest("contract/made", "2", run);
    host.images().create(ref("a"), Optional.of("s"), second, Progress.NONE);
    host.images().delete("contract/made:2");
    host.images().delete("contract/made:1");
    host.zones().delete(ref("a"), false);
    assertFalse(prunes(image, false, false));
    assertTrue(prunes(image, true, true));
    assertEquals(image.uuid(), host.images().get("contract").uuid());
    assertTrue(prunes(image, true, false));
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().get(image.uuid().toString()));
  }

  private boolean prunes(Image image, boolean all, boolean dryRun) {
    return host.images().prune(all, dryRun).images().stream()
        .anyMatch(pruned -> pruned.uuid().equals(image.uuid()));
  }

  @Test
  void whatNoRegistryHasIsNotPulled() {
    for (String bad : List.of("", "Debian", "debian:", "debian@sha256:12", "a b", "../debian")) {
      assertKind(ErrorKind.INVALID, () -> host.images().pull(bad, Progress.NONE));
    }
    // nobody listens there
    assertKind(
        ErrorKind.UNAVAILABLE, () -> host.images().pull("127.0.0.1:1/none:1", Progress.NONE));
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().get("127.0.0.1:1/none:1"));
  }

  @Test
  void whatIsNoArchiveIsNoImage() {
    for (byte[] bytes : List.of(new byte[0], "not a tar".getBytes(StandardCharsets.UTF_8))) {
      assertKind(
          ErrorKind.INVALID,
          () ->
              host.images()
                  .importTarball(
                      new ByteArrayInputStream(bytes),
                      ImageRequest.of("contract:bad"),
                      Progress.NONE));
    }
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().get("contract:bad"));
  }

  @Test
  void aZoneOfNoImageIsNotMade() {
    assertKind(
        ErrorKind.NOT_FOUND,
        () ->
            host.zones().create(ZoneSpec.of(Brand.LX).with(ZoneProperties.IMAGE, "contract:none")));
    assertTrue(host.zones().list().isEmpty());
  }

  @Test
  void theHostDescribesItself() {
    create("a");
    assertTrue(host.info().daemonPid() > 0);
    assertFalse(host.info().version().isEmpty());
    assertEquals(1, count("zones"));
    assertFalse(host.doctor().isEmpty());
    assertTrue(host.fsck().isEmpty(), () -> host.fsck().toString());
  }
}
