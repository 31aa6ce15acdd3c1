package polder.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Host;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Session;
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
@Timeout(60)
public abstract class HostContract {
  private static final Duration SOON = Duration.ofSeconds(10);

  private Host host;
  private final List<UUID> made = new ArrayList<>();

  /** The host to test; the same for all tests of a class, or a fresh one. */
  protected abstract Host open() throws Exception;

  /** Lets go of what {@link #open} gave. */
  protected abstract void shut(Host opened) throws Exception;

  @BeforeEach
  void openHost() throws Exception {
    host = open();
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (UUID uuid : made) {
      try {
        host.zones().delete(ZoneRef.of(uuid), true);
      } catch (PolderException e) {
        assertEquals(ErrorKind.NOT_FOUND, e.kind(), String.valueOf(e.getMessage()));
      }
    }
    for (Image image : host.images().list()) {
      if (image.name().startsWith("contract")) {
        host.images().delete(image.name() + ":" + image.tag());
      }
    }
    shut(host);
  }

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
  void aProgramsEndIsTheZones() {
    create("a", "sh", "-c", "exit 7");
    host.zones().start(ref("a"));
    assertEquals(new ExitStatus(7), host.zones().await(ref("a")));
    Zone zone = host.zones().get(ref("a"));
    assertEquals(ZoneState.INSTALLED, zone.state());
    assertEquals(Optional.of(new ExitStatus(7)), zone.status().exit());
    assertEquals(new ExitStatus(7), host.zones().await(ref("a")), "at once if it does not run");
  }

  @Test
  void whoWaitsIsToldOfTheEnd() throws Exception {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    List<ExitStatus> seen = new ArrayList<>();
    Thread waiting = Thread.ofPlatform().start(() -> seen.add(host.zones().await(ref("a"))));
    Thread.sleep(200);
    assertTrue(waiting.isAlive());
    host.zones().kill(ref("a"), "KILL");
    waiting.join(SOON);
    assertEquals(List.of(new ExitStatus(137)), seen);
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
  void execCarriesStreamsAndExitCodes() throws Exception {
    running("a");
    for (int code : List.of(0, 1, 7, 255)) {
      try (Session session = exec("sh", "-c", "exit " + code)) {
        assertEquals(new ExitStatus(code), session.await());
      }
    }
    try (Session session = exec("sh", "-c", "echo out; echo err >&2; exit 3")) {
      assertEquals("out\n", text(session.stdout()));
      assertEquals("err\n", text(session.stderr()));
      assertEquals(new ExitStatus(3), session.await());
    }
  }

  @Test
  void execGetsItsOwnEnvironmentAndDirectory() throws Exception {
    running("a");
    ExecSpec spec =
        new ExecSpec(
            List.of("sh", "-c", "echo $COLOUR; pwd"),
            Optional.empty(),
            Optional.of("/tmp"),
            Map.of("COLOUR", "dark blue"),
            false,
            false,
            0,
            0);
    try (Session session = host.zones().exec(ref("a"), spec)) {
      assertEquals("dark blue\n/tmp\n", text(session.stdout()));
    }
  }

  @Test
  void inputComesBackWholeAfterItsEnd() throws Exception {
    running("a");
    byte[] sent = new byte[3 << 20];
    new java.util.Random(7).nextBytes(sent);
    ExecSpec cat =
        new ExecSpec(
            List.of("cat"), Optional.empty(), Optional.empty(), Map.of(), false, true, 0, 0);
    try (Session session = host.zones().exec(ref("a"), cat)) {
      Thread writing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var stdin = session.stdin()) {
                      stdin.write(sent);
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      assertArrayEquals(sent, session.stdout().readAllBytes());
      writing.join(SOON);
      assertEquals(new ExitStatus(0), session.await());
    }
  }

  @Test
  void aSignalEndsAProcess() {
    running("a");
    try (Session session = exec("sleep", "1000")) {
      session.signal("TERM");
      assertEquals(new ExitStatus(143), session.await());
    }
    try (Session session = exec("sleep", "1000")) {
      assertKind(ErrorKind.INVALID, () -> session.signal("FROBNICATE"));
      session.signal("9");
      assertEquals(new ExitStatus(137), session.await());
    }
  }

  @Test
  void aTerminalHasASize() throws Exception {
    running("a");
    ExecSpec size =
        new ExecSpec(
            List.of("sh", "-c", "stty size; sleep 1; stty size"),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            true,
            true,
            33,
            111);
    try (Session session = host.zones().exec(ref("a"), size)) {
      byte[] first = session.stdout().readNBytes("33 111".length());
      session.resize(44, 122);
      assertEquals("33 111", new String(first, StandardCharsets.UTF_8));
      assertTrue(text(session.stdout()).contains("44 122"));
      assertEquals("", text(session.stderr()), "a terminal has one stream");
      assertEquals(new ExitStatus(0), session.await());
    }
  }

  @Test
  void whoAttachesBeforeTheStartMissesNothing() throws Exception {
    create("a", "sh", "-c", "echo first; echo second >&2; exit 5");
    try (Session session = host.zones().attach(ref("a"))) {
      host.zones().start(ref("a"));
      assertEquals("first\n", text(session.stdout()));
      assertEquals("second\n", text(session.stderr()));
      assertEquals(new ExitStatus(5), session.await());
    }
  }

  @Test
  void theMainProcessTakesInputWhereItIsOpen() throws Exception {
    host.zones().create(spec("a", "cat").with(ZoneProperties.OPEN_STDIN, true));
    try (Session session = host.zones().attach(ref("a"))) {
      host.zones().start(ref("a"));
      session.stdin().write("hello\n".getBytes(StandardCharsets.UTF_8));
      session.stdin().close();
      assertEquals("hello\n", text(session.stdout()));
      assertEquals(new ExitStatus(0), session.await());
    }
  }

  @Test
  void logsAreKeptAndChosen() throws Exception {
    create("a", "sh", "-c", "echo one; echo two; echo three >&2; printf rest");
    host.zones().start(ref("a"));
    host.zones().await(ref("a"));
    List<LogLine> all = lines(LogQuery.ALL, 4);
    assertEquals(
        List.of("one", "two", "rest"),
        all.stream().filter(l -> l.stream().equals("stdout")).map(LogLine::text).toList());
    assertEquals(
        List.of("three"),
        all.stream().filter(l -> l.stream().equals("stderr")).map(LogLine::text).toList());
    assertEquals(2, lines(new LogQuery(2, Optional.empty(), false), 2).size());
    assertEquals(0, lines(new LogQuery(0, Optional.empty(), false), 0).size());
    Instant later = Instant.now().plusSeconds(60);
    assertEquals(0, lines(new LogQuery(-1, Optional.of(later), false), 0).size());
  }

  @Test
  void logsAreFollowed() throws Exception {
    create("a", "sh", "-c", "echo before; sleep 1; echo after; sleep 1000");
    try (Cursor<LogLine> cursor =
        host.zones().logs(ref("a"), new LogQuery(-1, Optional.empty(), true))) {
      host.zones().start(ref("a"));
      assertEquals("before", next(cursor).text());
      assertEquals("after", next(cursor).text());
      assertTrue(cursor.next(Duration.ofMillis(50)).isEmpty());
      assertFalse(cursor.ended());
      host.zones().delete(ref("a"), true);
      Instant deadline = Instant.now().plus(SOON);
      while (!cursor.ended() && Instant.now().isBefore(deadline)) {
        cursor.next(Duration.ofMillis(100));
      }
      assertTrue(cursor.ended(), "a deleted zone writes no more");
    }
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
  void filesGoInAndComeOut() throws Exception {
    running("a");
    byte[] content = new byte[200_000];
    new java.util.Random(3).nextBytes(content);
    host.zones()
        .copyIn(ref("a"), "/tmp", new ByteArrayInputStream(TestTar.of("data.bin", content)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    host.zones().copyOut(ref("a"), "/tmp/data.bin", out);
    assertArrayEquals(content, TestTar.read(out.toByteArray()).get("data.bin"));
    try (Session session = exec("cat", "/tmp/data.bin")) {
      assertArrayEquals(content, session.stdout().readAllBytes());
    }
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.zones().copyOut(ref("a"), "/tmp/none", new ByteArrayOutputStream()));
    assertKind(
        ErrorKind.NOT_FOUND,
        () ->
            host.zones()
                .copyIn(
                    ref("a"), "/tmp/none", new ByteArrayInputStream(TestTar.of("x", new byte[1]))));
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
            Map.of("org.example", "é"));
    List<Long> progress = new ArrayList<>();
    Image image =
        host.images()
            .importTarball(
                new ByteArrayInputStream(tar),
                new ImageRequest("contract/base", "1", config),
                (what, done, total) -> progress.add(done));
    assertFalse(progress.isEmpty());
    assertTrue(image.digest().matches("sha256:[0-9a-f]{64}"));
    assertEquals(config, image.config());
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

    Zone zone =
        host.zones()
            .create(
                ZoneSpec.of(Brand.LX)
                    .with(ZoneProperties.ALIAS, "a")
                    .with(ZoneProperties.IMAGE, "contract"));
    made.add(zone.uuid());
    assertEquals(image.uuid(), zone.spec().get(ZoneProperties.IMAGE_UUID));
    assertKind(ErrorKind.WRONG_STATE, () -> host.images().delete(image.uuid().toString()));
    host.zones().delete(ref("a"), false);
    host.images().delete(image.uuid().toString());
    assertKind(ErrorKind.NOT_FOUND, () -> host.images().get(image.uuid().toString()));
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

  /** The host under test. */
  protected Host host() {
    return host;
  }

  private static ZoneRef ref(String name) {
    return new ZoneRef(name);
  }

  private static ZoneSpec spec(String name, String... command) {
    ZoneSpec spec = ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, name);
    return command.length == 0 ? spec : spec.with(ZoneProperties.CMD, List.of(command));
  }

  private Zone create(String name, String... command) {
    Zone zone = host.zones().create(spec(name, command));
    made.add(zone.uuid());
    return zone;
  }

  private void running(String name) {
    create(name, "sleep", "1000");
    host.zones().start(ref(name));
  }

  private Session exec(String... command) {
    return host.zones().exec(ref("a"), ExecSpec.of(command));
  }

  private List<LogLine> lines(LogQuery query, int due) throws InterruptedException {
    List<LogLine> lines = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(5);
    while (true) { // what a process wrote just before its end may still be on its way
      lines.clear();
      try (Cursor<LogLine> cursor = host.zones().logs(ref("a"), query)) {
        while (!cursor.ended()) {
          cursor.next(Duration.ofSeconds(1)).ifPresent(lines::add);
        }
      }
      if (lines.size() >= due || Instant.now().isAfter(deadline)) {
        return lines;
      }
      Thread.sleep(50);
    }
  }

  private long count(String what) {
    return Optional.ofNullable(host.info().counts().get(what)).orElse(-1L);
  }

  private static <T> T next(Cursor<T> cursor) {
    return cursor.next(SOON).orElseThrow(() -> new AssertionError("nothing came within " + SOON));
  }

  private static Effect effect(UpdatePlan plan, String property) {
    return plan.lines().stream()
        .filter(line -> line.property().equals(property))
        .findFirst()
        .orElseThrow()
        .effect();
  }

  private static String text(InputStream stream) throws java.io.IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void assertKind(ErrorKind kind, Executable call) {
    PolderException error = assertThrows(PolderException.class, call);
    assertEquals(kind, error.kind(), String.valueOf(error.getMessage()));
    String sentence = String.valueOf(error.getMessage());
    assertFalse(sentence.endsWith("."), sentence);
  }
}
