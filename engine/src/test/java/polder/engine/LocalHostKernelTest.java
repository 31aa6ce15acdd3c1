package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Finding;
import polder.model.Healthcheck;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.RestartPolicy;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

@Tag("kernel")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalHostKernelTest {
  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  private static ZoneRef ref(String name) {
    return TestHost.ref(name);
  }

  private static ErrorKind kind(Executable work) {
    return assertThrows(PolderException.class, work).kind();
  }

  @Test
  void aZonesLife() throws IOException {
    Zone made = test.host().zones().create(TestHost.spec("web", "echo up; exec sleep 1000"));
    assertEquals(ZoneState.INSTALLED, made.state());
    Zone zone = test.host().zones().start(ref("web"));
    assertEquals(ZoneState.RUNNING, zone.state());
    int pid = zone.status().pid().orElseThrow();
    assertEquals(pid, test.host().zones().start(ref("web")).status().pid().orElseThrow());
    assertEquals("0 web\n0", test.exec("web", "echo $(id -u) $(hostname)"));
    TestHost.eventually("its output", () -> test.logs("web").equals(List.of("up")));
    assertEquals(ErrorKind.WRONG_STATE, kind(() -> test.host().zones().delete(ref("web"), false)));
    Zone again = test.host().zones().reboot(ref("web"), StopOptions.FORCED);
    assertTrue(again.status().pid().orElseThrow() != pid);
    Zone stopped = test.host().zones().stop(ref("web"), StopOptions.GRACEFUL);
    assertEquals(ZoneState.INSTALLED, stopped.state());
    assertFalse(stopped.spec().get(ZoneProperties.AUTOBOOT));
    assertEquals(143, stopped.status().exit().orElseThrow().code());
    assertEquals(
        ZoneState.INSTALLED, test.host().zones().stop(ref("web"), StopOptions.GRACEFUL).state());
    test.host().zones().delete(ref("web"), false);
    assertEquals(ErrorKind.NOT_FOUND, kind(() -> test.get("web")));
    List<String> kinds = test.events(0).stream().map(Event::kind).toList();
    assertEquals(
        List.of(
            "zone.create",
            "zone.start",
            "zone.stop",
            "zone.exit",
            "zone.start",
            "zone.stop",
            "zone.exit",
            "zone.delete"),
        kinds);
  }

  @Test
  @DisplayName("R-REAP-03 exit codes of main processes and of execs are told as they are")
  void exitCodes() throws IOException {
    for (int code : new int[] {0, 1, 42, 255}) {
      test.run(TestHost.spec("z" + code, "exit " + code));
      assertEquals(code, test.host().zones().await(ref("z" + code)).code());
      assertEquals(code, test.get("z" + code).status().exit().orElseThrow().code());
    }
    test.run(TestHost.spec("killed", "kill -USR1 $$"));
    assertEquals(138, test.host().zones().await(ref("killed")).code());
    test.run(TestHost.spec("run", "exec sleep 1000"));
    for (int code : new int[] {0, 3, 255}) {
      assertEquals("" + code, test.exec("run", "exit " + code));
    }
    assertEquals("143", test.exec("run", "kill -TERM $$"));
    try (Session missing = test.host().zones().exec(ref("run"), ExecSpec.of("/no/such"))) {
      assertEquals(127, missing.await().code());
      assertTrue(
          new String(missing.stderr().readAllBytes(), StandardCharsets.UTF_8).contains("/no/such"));
    }
    ZoneSpec none = TestHost.spec("none", "").with(ZoneProperties.CMD, List.of("/no/such"));
    test.host().zones().create(none);
    assertThrows(PolderException.class, () -> test.host().zones().start(ref("none")));
    assertEquals(127, test.get("none").status().exit().orElseThrow().code());
  }

  @Test
  void stdinReachesAnExecAndEnds() throws IOException {
    test.run(TestHost.spec("cat", "exec sleep 1000"));
    ExecSpec spec =
        new ExecSpec(
            List.of("cat"), Optional.empty(), Optional.empty(), Map.of(), false, true, 0, 0);
    try (Session session = test.host().zones().exec(ref("cat"), spec)) {
      byte[] much = "0123456789abcdef".repeat(20_000).getBytes(StandardCharsets.UTF_8);
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var in = session.stdin()) {
                      in.write(much);
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      assertEquals(much.length, session.stdout().readAllBytes().length);
      assertEquals(0, session.await().code());
      assertTrue(writer.isAlive() || !writer.isInterrupted());
    }
  }

  @Test
  void attachBeforeStartMissesNothingAndPassesInput() throws IOException {
    test.host()
        .zones()
        .create(
            TestHost.spec("echo", "echo begin; cat; echo end")
                .with(ZoneProperties.OPEN_STDIN, true));
    try (Session session = test.host().zones().attach(ref("echo"))) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var in = session.stdin()) {
                      in.write("typed\n".getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      test.host().zones().start(ref("echo"));
      assertEquals(
          "begin\ntyped\nend\n",
          new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(new ExitStatus(0), session.await());
      assertTrue(join(writer));
    }
  }

  private static boolean join(Thread thread) {
    try {
      return thread.join(Figures.within(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void aTerminalIsShared() throws IOException {
    test.run(
        TestHost.spec("term", "stty size; read line; echo got $line; exec sleep 1000")
            .with(ZoneProperties.TTY, true));
    try (Session session = test.host().zones().attach(ref("term"))) {
      session.resize(33, 77);
      session.stdin().write("hello\n".getBytes(StandardCharsets.UTF_8));
      TestHost.eventually(
          "the answer", () -> test.logs("term").stream().anyMatch(l -> l.contains("got hello")));
      StringBuilder seen = new StringBuilder();
      byte[] buffer = new byte[1000];
      while (!seen.toString().contains("got hello")) {
        int got = session.stdout().read(buffer);
        seen.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aTerminalHasTheSizeThatWasAskedForBeforeTheStart() throws IOException {
    test.host()
        .zones()
        .create(
            TestHost.spec("sized", "")
                .with(ZoneProperties.CMD, List.of("stty", "size"))
                .with(ZoneProperties.TTY, true));
    try (Session session = test.host().zones().attach(ref("sized"))) {
      session.resize(40, 100);
      test.host().zones().start(ref("sized"));
      assertEquals(
          "40 100\r\n", new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(new ExitStatus(0), session.await());
    }
  }

  @Test
  void graceIsKeptAndThenItIsKilled() {
    test.runDeaf("deaf");
    long before = System.nanoTime();
    Zone zone = test.host().zones().stop(ref("deaf"), StopOptions.GRACEFUL);
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertEquals(137, zone.status().exit().orElseThrow().code());
    assertTrue(took.toMillis() >= 1900 && took.compareTo(Figures.within(6)) < 0, took.toString());
  }

  @Test
  void aPausedZoneStandsAndCanBeStoppedAndDeleted() {
    for (String name : List.of("one", "two")) {
      test.run(TestHost.spec(name, "exec sleep 1000"));
      Zone paused = test.host().zones().pause(ref(name));
      assertTrue(paused.status().paused());
      assertEquals(
          ErrorKind.WRONG_STATE,
          kind(() -> test.host().zones().exec(ref(name), ExecSpec.of("true"))));
    }
    assertFalse(test.host().zones().resume(ref("one")).status().paused());
    test.host().zones().pause(ref("one"));
    assertEquals(
        ZoneState.INSTALLED, test.host().zones().stop(ref("one"), StopOptions.GRACEFUL).state());
    test.host().zones().delete(ref("two"), true);
  }

  @Test
  void startsAgainAsItsPolicySays() {
    test.run(
        TestHost.spec("flaky", "sleep 0.05; exit 3")
            .with(ZoneProperties.RESTART, RestartPolicy.of("on-failure:2")));
    TestHost.eventually(
        "two restarts",
        () ->
            test.get("flaky").status().restarts() == 2
                && test.get("flaky").state() == ZoneState.INSTALLED);
    test.run(
        TestHost.spec("always", "sleep 0.05")
            .with(ZoneProperties.RESTART, RestartPolicy.of("always")));
    TestHost.eventually("a restart", () -> test.get("always").status().restarts() >= 1);
    test.host().zones().stop(ref("always"), StopOptions.GRACEFUL);
    int restarts = test.get("always").status().restarts();
    TestHost.pause(500);
    assertEquals(ZoneState.INSTALLED, test.get("always").state());
    assertEquals(restarts, test.get("always").status().restarts());
  }

  @Test
  @DisplayName("R-CONC-02 fifty creates of one name: one is made, nothing is left of the others")
  void fiftyCreatesOfOneName() throws InterruptedException {
    List<String> results = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      test.host().zones().create(TestHost.spec("only", "true"));
                      results.add("made");
                    } catch (PolderException e) {
                      results.add(e.kind().name());
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, Collections.frequency(results, "made"));
    assertEquals(49, Collections.frequency(results, "EXISTS"));
    assertEquals(List.of(), test.host().fsck());
  }

  @Test
  void updatesSayAndDoTheSame() {
    test.run(TestHost.spec("up", "exec sleep 1000"));
    UpdatePlan plan =
        test.host()
            .zones()
            .update(
                ref("up"),
                new Patch(
                    Map.of("alias", "renamed", "max_physical_memory", 64L, "hostname", "other")),
                false);
    Map<String, String> effects = new TreeMap<>();
    plan.lines().forEach(line -> effects.put(line.property(), line.effect().word()));
    assertEquals(
        Map.of("alias", "now", "max_physical_memory", "now", "hostname", "at restart"), effects);
    assertEquals(ErrorKind.NOT_FOUND, kind(() -> test.get("up")));
    UpdatePlan refused =
        test.host()
            .zones()
            .update(
                ref("renamed"),
                new Patch(Map.of("uuid", "aaaa1111-0000-4000-8000-000000000001", "alias", "x")),
                true);
    assertTrue(refused.refused());
    assertEquals("renamed", test.get("renamed").name());
    assertEquals(
        ErrorKind.INVALID,
        kind(
            () ->
                test.host().zones().update(ref("renamed"), new Patch(Map.of("quota", 5L)), false)));
  }

  @Test
  void copiesFilesIntoAndOutOfRunningAndStoppedZones() throws IOException {
    test.run(TestHost.spec("copy", "exec sleep 1000"));
    test.exec("copy", "echo inside > /root/file");
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    test.host().zones().copyOut(ref("copy"), "/root/file", tar);
    test.host()
        .zones()
        .copyIn(ref("copy"), "/var/tmp", new ByteArrayInputStream(tar.toByteArray()));
    assertEquals(
        "0 inside\n0", test.exec("copy", "echo $(stat -c %u /var/tmp/file) $(cat /var/tmp/file)"));
    test.host().zones().stop(ref("copy"), StopOptions.FORCED);
    test.host().zones().copyIn(ref("copy"), "/opt", new ByteArrayInputStream(tar.toByteArray()));
    test.host().zones().start(ref("copy"));
    assertEquals("0 inside\n0", test.exec("copy", "echo $(stat -c %u /opt/file) $(cat /opt/file)"));
  }

  @Test
  void healthIsAskedAndTold() {
    ZoneSpec spec =
        TestHost.spec("well", "touch /tmp/well; exec sleep 1000")
            .with(
                ZoneProperties.HEALTHCHECK,
                new Healthcheck(
                    List.of("/bin/sh", "-c", "test -e /tmp/well"),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    2,
                    Duration.ofSeconds(0)));
    test.run(spec);
    TestHost.eventually(
        "healthy", () -> test.get("well").status().health().equals(Optional.of("healthy")));
    assertEquals(0, exit("well", "rm /tmp/well"));
    TestHost.eventually(
        "unhealthy", () -> test.get("well").status().health().equals(Optional.of("unhealthy")));
  }

  private int exit(String zone, String script) {
    try (Session session =
        test.host().zones().exec(ref(zone), ExecSpec.of("/bin/sh", "-c", script))) {
      return session.await().code();
    }
  }

  @Test
  void outOfMemoryIsTold() {
    test.run(
        TestHost.spec("hungry", "exec tail /dev/zero")
            .with(ZoneProperties.MAX_PHYSICAL_MEMORY, 32L));
    assertEquals(137, test.host().zones().await(ref("hungry")).code());
    assertTrue(test.get("hungry").status().oomKilled());
  }

  @Test
  @DisplayName("R-CRASH-11 a second engine on the same state refuses within a second")
  void aSecondEngineRefuses() {
    long before = System.nanoTime();
    assertEquals(ErrorKind.WRONG_STATE, kind(() -> Polder.open(test.home())));
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    assertTrue(took.compareTo(Figures.within(1)) < 0, took.toString());
  }

  @Test
  void saysWhatTheHostHasAndThatAllIsWell() {
    List<Finding> doctor = test.host().doctor();
    assertTrue(doctor.size() > 5, doctor.toString());
    assertEquals(0L, test.host().info().counts().get("zones"));
    assertEquals(List.of(), test.host().fsck());
  }
}
