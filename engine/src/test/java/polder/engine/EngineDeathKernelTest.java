package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.ProcessIdentity;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Json;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.RestartPolicy;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** The engine in a JVM of its own, which is killed. */
@Tag("kernel")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineDeathKernelTest {
  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  /** What the other JVM does: {@code HOME VERB NAME [SPEC]}; then it waits to be killed. */
  static final class Other {
    private Other() {}

    public static void main(String[] arguments) throws InterruptedException {
      Host host = Polder.open(Path.of(arguments[0]));
      ZoneRef zone = new ZoneRef(arguments[2]);
      switch (arguments[1]) {
        case "create" -> host.zones().create(ZoneSpec.read(Json.object(arguments[3])));
        case "run" -> {
          host.zones().create(ZoneSpec.read(Json.object(arguments[3])));
          host.zones().start(zone);
        }
        case "start" -> host.zones().start(zone);
        case "stop" -> {
          Thread.ofPlatform().start(() -> host.zones().stop(zone, StopOptions.GRACEFUL));
          TestHost.eventually(
              "it is asked", () -> host.zones().get(zone).state() == ZoneState.SHUTTING_DOWN);
        }
        case "stop-now" -> host.zones().stop(zone, StopOptions.FORCED);
        case "delete" -> host.zones().delete(zone, true);
        case "update" -> host.zones().update(zone, new Patch(Map.of("max_lwps", 1234L)), false);
        default -> {}
      }
      System.out.println("done");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  /** Runs the engine elsewhere until it says "done" or dies, and kills it; says whether it did. */
  private boolean elsewhere(String failpoints, String... arguments)
      throws IOException, InterruptedException {
    test.letGo();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-Dpolder.failpoints=" + failpoints,
            "-cp",
            classPath(),
            Other.class.getName(),
            test.home().toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    boolean done = false;
    try (var reader = process.inputReader()) {
      done = "done".equals(reader.readLine());
      TestHost.pause(50);
    } finally {
      process.destroyForcibly().waitFor();
    }
    return done;
  }

  static String classPath() {
    List<String> parts = new ArrayList<>();
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      String path = System.getProperty(property);
      if (path != null && !path.isEmpty()) {
        parts.add(path);
      }
    }
    parts.add(Path.of("target/test-classes").toAbsolutePath().toString());
    return String.join(":", parts);
  }

  @Test
  @DisplayName("R-CRASH-01 zones outlive the engine; their output has no gap and no repetition")
  void zonesOutliveTheEngine() throws IOException, InterruptedException {
    test.run(
        TestHost.spec("count", "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.005; done"));
    int pid = test.get("count").status().pid().orElseThrow();
    for (int round = 0; round < 3; round++) {
      elsewhere("", "nothing", "count");
      TestHost.pause(100);
      test.open();
      Zone zone = test.get("count");
      assertEquals(pid, zone.status().pid().orElseThrow());
      assertEquals(0, zone.status().restarts());
      assertEquals("0", test.exec("count", "true"));
    }
    test.host().zones().stop(TestHost.ref("count"), StopOptions.GRACEFUL);
    List<String> lines = test.logs("count");
    assertTrue(lines.size() > 50, lines.size() + " lines");
    for (int i = 0; i < lines.size(); i++) {
      assertEquals("line " + i, lines.get(i));
    }
  }

  @Test
  void theInputOfAZoneOutlivesTheEngineAndCanBeEndedAfterwards()
      throws IOException, InterruptedException {
    String spec =
        Json.write(
            TestHost.spec("cat", "cat; echo end")
                .with(ZoneProperties.OPEN_STDIN, true)
                .with(ZoneProperties.AUTOBOOT, true)
                .write());
    elsewhere("", "run", "cat", spec);
    TestHost.pause(200);
    test.open();
    assertEquals(ZoneState.RUNNING, test.get("cat").state());
    try (Session session = test.host().zones().attach(TestHost.ref("cat"))) {
      session.stdin().write("typed\n".getBytes(StandardCharsets.UTF_8));
      session.stdin().close();
      assertEquals(
          "typed\nend\n", new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(0, session.await().code());
    }
  }

  @Test
  @DisplayName("R-CRASH-09 a stop that was pending is enforced after the engine died")
  void pendingStopsAreEnforced() throws IOException, InterruptedException {
    test.runDeaf("deaf");
    elsewhere("", "stop", "deaf");
    test.open();
    TestHost.eventually("it is stopped", () -> test.get("deaf").state() == ZoneState.INSTALLED);
    assertEquals(137, test.get("deaf").status().exit().orElseThrow().code());
  }

  @Test
  @DisplayName("R-CRASH-08 what ended while nobody looked is told with 255, and its policy holds")
  void whatEndedMeanwhileIsTold() throws IOException, InterruptedException {
    test.run(TestHost.spec("gone", "exec sleep 1000"));
    test.run(
        TestHost.spec("back", "exec sleep 1000")
            .with(ZoneProperties.RESTART, RestartPolicy.of("always")));
    List<Long> pids = new ArrayList<>();
    for (String name : List.of("gone", "back")) {
      pids.add((long) test.get(name).status().pid().orElseThrow());
    }
    test.letGo();
    for (long pid : pids) {
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }
    TestHost.pause(300);
    test.open();
    assertEquals(ZoneState.INSTALLED, test.get("gone").state());
    assertTrue(test.get("gone").status().exit().isPresent());
    TestHost.eventually("it is back", () -> test.get("back").state() == ZoneState.RUNNING);
    assertEquals(1, test.get("back").status().restarts());
  }

  @Test
  @DisplayName("a host that is closed leaves no zombies to the program that lives on")
  void whatEndsAfterTheCloseIsReaped() throws IOException {
    test.run(TestHost.spec("left", "exec sleep 1000").with(ZoneProperties.OPEN_STDIN, true));
    Session session =
        test.host()
            .zones()
            .exec(TestHost.ref("left"), ExecSpec.of("/bin/sh", "-c", "exec sleep 1000"));
    int pid = test.get("left").status().pid().orElseThrow();
    List<ProcessHandle> ours = test.children();
    test.letGo();
    PolderException told = assertThrows(PolderException.class, session::await);
    assertEquals(ErrorKind.WRONG_STATE, told.kind());
    session.close();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    TestHost.eventually("all is reaped", () -> ours.stream().noneMatch(ProcessHandle::isAlive));
    test.open();
  }

  @Test
  void aZoneThatIsFoundByTheSameProgramTellsHowItEnds() {
    for (int code = 3; code < 8; code++) { // whoever reaps it, the old host or the new one
      test.run(TestHost.spec("again" + code, "sleep 1; exit " + code));
    }
    test.reopen();
    for (int code = 3; code < 8; code++) {
      assertEquals(code, test.host().zones().await(TestHost.ref("again" + code)).code());
    }
  }

  @Test
  @DisplayName("R-BOOT-02 no restart of the engine starts what its owner stopped")
  void autobootIsOncePerBoot() {
    test.run(TestHost.spec("off", "exec sleep 1000"));
    test.host().zones().stop(TestHost.ref("off"), StopOptions.FORCED);
    test.host().zones().create(TestHost.spec("fresh", "exec sleep 1000"));
    for (int i = 0; i < 3; i++) {
      test.reopen();
      TestHost.pause(100);
      assertEquals(ZoneState.INSTALLED, test.get("off").state());
      assertEquals(ZoneState.INSTALLED, test.get("fresh").state());
    }
  }

  @Test
  @DisplayName("R-BOOT-04 another boot's run files make nothing happen but their end")
  void runFilesOfAnotherBootAreCleared() throws IOException {
    Zone zone = test.run(TestHost.spec("old", "exec sleep 1000"));
    test.host().zones().stop(TestHost.ref("old"), StopOptions.FORCED);
    test.letGo();
    try (RunFiles runs = new RunFiles(HostPaths.below(test.home()))) {
      runs.write(
          zone.uuid(),
          RunRecord.starting("another boot", Instant.now(), 0, 0)
              .with(
                  ProcessIdentity.of((int) ProcessHandle.current().pid()).orElseThrow(),
                  Optional.empty()));
    }
    test.open();
    assertEquals(ZoneState.INSTALLED, test.get("old").state());
    assertEquals(255, test.get("old").status().exit().orElseThrow().code());
  }
}
