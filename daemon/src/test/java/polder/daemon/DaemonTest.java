package polder.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.Host;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

@Timeout(600)
class DaemonTest {
  @TempDir Path directory;
  private final List<Process> daemons = new ArrayList<>();

  @AfterEach
  void endThem() throws InterruptedException {
    for (Process daemon : daemons) {
      daemon.destroyForcibly().waitFor();
    }
  }

  @Test
  @DisplayName("R-CRASH-10 SIGTERM under 50 open streams ends within 5 s, and orderly")
  void endsOrderlyUnderOpenStreams() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    Process daemon = start(socket, 0);
    Host host = RemoteHost.open(socket);
    host.zones()
        .create(
            ZoneSpec.of(Brand.NATIVE)
                .with(ZoneProperties.ALIAS, "a")
                .with(ZoneProperties.CMD, List.of("sleep", "1000")));
    ZoneRef zone = new ZoneRef("a");
    host.zones().start(zone);
    List<Session> sessions = new ArrayList<>();
    List<Cursor<LogLine>> logs = new ArrayList<>();
    List<Cursor<Event>> events = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      sessions.add(host.zones().attach(zone));
      logs.add(host.zones().logs(zone, new LogQuery(-1, java.util.Optional.empty(), true)));
      events.add(host.events().since(0, true));
    }

    daemon.destroy();
    assertTrue(daemon.waitFor(Figures.within(5).toMillis(), TimeUnit.MILLISECONDS), "it ended");

    assertEquals(0, daemon.exitValue());
    assertTrue(Files.notExists(socket));
    for (Session session : sessions) {
      PolderException end = assertThrows(PolderException.class, session::await);
      assertEquals(ErrorKind.UNREACHABLE, end.kind());
      assertEquals("the daemon is going down; zones run on", end.getMessage());
    }
    for (Cursor<LogLine> cursor : logs) {
      PolderException end =
          assertThrows(PolderException.class, () -> cursor.next(Figures.within(1)));
      assertEquals("the daemon is going down; zones run on", end.getMessage());
    }
    for (Cursor<Event> cursor : events) {
      while (cursor.next(Duration.ofMillis(50)).isPresent()) {
        // what had happened before
      }
      cursor.close();
    }
  }

  @Test
  void aSecondDaemonOnTheSameSocketRefuses() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    start(socket, 0);
    Process second = process(socket, 0);
    String log = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, second.waitFor());
    assertTrue(log.contains("a daemon answers at"), log);
    assertTrue(RemoteHost.open(socket).info().daemonPid() > 0, "the first goes on");
  }

  @Test
  void aKilledDaemonsSocketIsNoObstacle() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    start(socket, 0).destroyForcibly().waitFor();
    assertTrue(Files.exists(socket), "it was killed");
    start(socket, 0);
  }

  @Test
  @DisplayName("J-13 the daemon's own part of the memory, with 500 zones in it")
  void staysSmallWithManyZones() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    Process daemon = start(socket, 500);
    Host host = RemoteHost.open(socket);
    for (int i = 0; i < 20; i++) {
      assertEquals(500, host.zones().list().size());
    }
    long kib =
        Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElseThrow();
    System.out.printf("polderd with 500 zones in memory: %d MiB%n", kib / 1024);
    assertTrue(kib < 150 * 1024, kib + " KiB");
  }

  @Test
  @DisplayName("S-API-16 the run directory is closed to others even if somebody else made it")
  void closesItsRunDirectory() throws IOException {
    Path run = Files.createDirectory(directory.resolve("run"));
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Daemon daemon = Daemon.open(FakeHost::new, run.resolve("api.sock"))) {
      daemon.end();
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(run));
      assertTrue(List.of("rwx------", "rwxr-x---").contains(mode), mode);
    }
  }

  @Test
  void closesTheHostWhenTheDoorCannotBeHung() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    FakeHost host = new FakeHost();
    PolderException refusal =
        assertThrows(PolderException.class, () -> Daemon.open(() -> host, file));
    assertEquals(ErrorKind.EXISTS, refusal.kind());
    assertTrue(Files.exists(file), "what is no socket is nobody's to remove");
  }

  private Process start(Path socket, int zones) throws Exception {
    Process daemon = process(socket, zones);
    for (int i = 0; i < 1_200; i++) {
      assertTrue(daemon.isAlive(), "the daemon runs");
      if (Files.exists(socket)) {
        try {
          RemoteHost.open(socket).info();
          return daemon;
        } catch (PolderException e) {
          assertEquals(ErrorKind.UNREACHABLE, e.kind());
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the daemon did not answer");
  }

  private Process process(Path socket, int zones) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Flags.read());
    command.addAll(
        List.of(
            "-cp",
            classPath(),
            FakeDaemon.class.getName(),
            socket.toString(),
            String.valueOf(zones)));
    Process daemon =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    daemons.add(daemon);
    return daemon;
  }

  /** Everything that this test runs with, on one path. */
  private static String classPath() {
    return String.join(
        ":",
        System.getProperty("jdk.module.path", ""),
        System.getProperty("jdk.module.patch", ""),
        System.getProperty("java.class.path", ""),
        Path.of("target", "test-classes").toAbsolutePath().toString());
  }
}
