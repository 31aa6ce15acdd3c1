package polder.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneState;

/** The part of {@link HostContract} about processes: their streams, ends, logs and files. */
abstract class ProcessContract extends FirewallContract {
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
  void outputThatNobodyReadsHoldsUpNeitherASignalNorTheEnd() throws Exception {
    running("a");
    try (Session session = exec("yes")) {
      Thread.sleep(300); // every buffer on the way is full
      session.resize(24, 80);
      session.signal("TERM");
      assertEquals(new ExitStatus(143), session.await());
      assertEquals("y\ny\n", new String(session.stdout().readNBytes(4), StandardCharsets.UTF_8));
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
}
