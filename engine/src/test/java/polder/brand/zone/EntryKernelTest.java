package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.Ready;
import polder.brand.Running;
import polder.brand.ZoneProcess;
import polder.engine.Figures;
import polder.linux.CgroupHost;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FilePath;
import polder.linux.ProcessIdentity;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.linux.Terminal;
import polder.linux.WaitStatus;
import polder.linux.Walk;
import polder.linux.WindowSize;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Entering a running zone, its terminal, finding it again, and giving it up. */
@Tag("kernel")
class EntryKernelTest {
  private static final int TIMES = Boolean.getBoolean("polder.full") ? 1_000 : 100;

  private static TestZones zones;
  private static TestZones.Zone zone;
  private static Running running;
  private static Path layer;
  private static HostMarks before;

  @BeforeAll
  static void open() {
    before = HostMarks.now();
    zones = new TestZones();
    layer = BusyboxLayer.make(zones.folder.resolve("layer"));
    zone =
        zones.zone(
            TestZones.lxZone("sleep", "1000").with(ZoneProperties.ENV, Map.of("A", "1")), layer);
    running = zone.start();
  }

  @AfterAll
  static void leavesNothing() {
    zone.stop(running);
    zone.close();
    zones.close();
    before.assertSame();
  }

  private static TestZones.Outcome sh(String script) {
    return zone.exec(running, ExecSpec.of("sh", "-c", script));
  }

  private static ExecSpec terminal(String script) {
    return new ExecSpec(
        List.of("sh", "-c", script),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        true,
        true,
        33,
        120);
  }

  @Test
  @DisplayName("R-REAP-03 exit codes are the process's own")
  void exitCodesComeThrough() {
    for (int code : List.of(0, 1, 2, 7, 125, 126, 127, 128, 200, 255)) {
      assertEquals(new WaitStatus.Exited(code), sh("exit " + code).status());
    }
    assertEquals(137, sh("kill -9 $$").code());
    assertEquals(
        ErrorKind.NOT_FOUND,
        assertThrows(PolderException.class, () -> zone.exec(running, ExecSpec.of("nothing")))
            .kind());
    assertEquals(
        ErrorKind.DENIED,
        assertThrows(PolderException.class, () -> zone.exec(running, ExecSpec.of("/etc/passwd")))
            .kind());
  }

  @Test
  void itIsInTheZone() {
    TestZones.Outcome outcome =
        sh("hostname; id -u; cat /proc/1/comm; echo $A; cat /proc/2/comm; echo err >&2");
    assertEquals(zone.spec.hostname() + "\n0\npolder-init\n1\nsleep\n", outcome.out());
    assertEquals("err\n", outcome.err());
  }

  @Test
  @DisplayName("S-CAP-01 it is held to what the first process is held to")
  void itIsConfinedAsTheFirstProcess() {
    assertEquals(status("2"), status("self"), "process 2 is the main one");
    assertEquals("500 1024\n", sh("echo $(cat /proc/self/oom_score_adj) $(ulimit -n)").out());
  }

  private static String status(String process) {
    String fields = "^(Cap|Seccomp:|NoNew|Sig(Blk|Ign)|Umask)";
    return zone.exec(
            running, ExecSpec.of("grep", "-E", fields, "/proc/%s/status".formatted(process)))
        .out();
  }

  @Test
  @DisplayName("S-CG-03 every process is in the zone's group in every hierarchy, from its start")
  void itIsInTheZonesGroups() {
    ExecSpec waiting =
        new ExecSpec(
            List.of("cat"), Optional.empty(), Optional.empty(), Map.of(), false, true, 0, 0);
    try (ZoneProcess process = running.exec(waiting, zone.spec, zone.config)) {
      assertEquals(CgroupHost.of(running.pidfd().pid()), CgroupHost.of(process.pidfd().pid()));
      CgroupHost.of(process.pidfd().pid())
          .forEach(
              (controllers, path) ->
                  assertTrue(path.endsWith(zone.cgroup.path()), controllers + path));
      Fd input = process.input().orElseThrow();
      input.write("said\n".getBytes(StandardCharsets.UTF_8), 0, 5);
      input.close();
      assertEquals("said\n", TestZones.drain(process.output().orElseThrow()));
      assertEquals(0, process.pidfd().await().shellCode());
    }
  }

  /** As many lines as descriptors; a pipe is on no mount of anybody's. */
  private static final String DESCRIPTORS =
      "ls /proc/$$/fd; for i in 0 1 2; do readlink /proc/$$/fd/$i | cut -d: -f1; done";

  @Test
  @DisplayName("S-FD-01 it has exactly three descriptors, and none on a mount of the host's")
  void itHasThreeDescriptors() {
    for (int i = 0; i < TIMES; i++) {
      assertEquals("0\n1\n2\npipe\npipe\npipe\n", sh(DESCRIPTORS).out());
    }
  }

  @Test
  @DisplayName("S-FD-01 a zone's first processes have three, and none on a mount of the host's")
  void everyStartHasThreeDescriptors() {
    for (int i = 0; i < TIMES; i++) {
      assertEquals(
          "0\n1\n2\npipe\npipe\npipe\n",
          zones.run(TestZones.lxZone("sh", "-c", DESCRIPTORS), layer).out());
    }
    assertEquals("", sh("ls /proc/1/fd 2>/dev/null").out(), "the built-in init has none");
  }

  @Test
  @DisplayName("S-FD-02 while it waits for go, a zone has no descriptor that leads to the host")
  void itWaitsWithoutTheHostsDescriptors() throws Exception {
    try (TestZones.Zone waiting = zones.zone(TestZones.lxZone("true"), layer);
        Ready ready = waiting.prepare()) {
      Path fds = Path.of("/proc/" + ready.identity().pid() + "/fd");
      try (var list = Files.list(fds)) {
        List<String> targets = list.map(EntryKernelTest::target).sorted().toList();
        assertEquals(4, targets.size(), targets.toString());
        assertTrue(targets.get(3).startsWith("socket:"), targets.toString());
        assertTrue(targets.get(0).startsWith("pipe:"), targets.toString());
      }
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "gone";
    }
  }

  @Test
  void itRunsAsTheUserAskedForWhereAskedFor() {
    ExecSpec app =
        new ExecSpec(
            List.of("sh", "-c", "id -un; pwd; echo $A $B"),
            Optional.of("app"),
            Optional.of("/home/app"),
            Map.of("B", "2"),
            false,
            false,
            0,
            0);
    assertEquals("app\n/home/app\n1 2\n", zone.exec(running, app).out());
  }

  @Test
  @DisplayName("S-FD-03 a working directory that is a way out is refused on entering, too")
  void oddWorkingDirectoriesAreRefused() {
    List<String> paths =
        new ArrayList<>(
            List.of(
                "/proc/thread-self/cwd/..",
                "/proc/1/root",
                "/proc/1/root/..",
                "/proc/1/cwd",
                "/proc/self/root/..",
                "/proc/self/task/1/root",
                "/no/such"));
    for (int i = 3; i <= 20; i++) {
      paths.add("/proc/self/fd/" + i);
    }
    for (int i = 0; i < paths.size(); i++) {
      assertEquals("", sh("ln -s %s /way%d".formatted(paths.get(i), i)).err());
      for (String path : List.of(paths.get(i), "/way" + i)) {
        ExecSpec exec =
            new ExecSpec(
                List.of("pwd"), Optional.empty(), Optional.of(path), Map.of(), false, false, 0, 0);
        assertThrows(PolderException.class, () -> zone.exec(running, exec), path);
      }
    }
  }

  @Test
  void aTerminalHasItsSizeAndItsSession() {
    String script =
        "stty size; tty; ls -l $(tty) | cut -c1-10; ps -o tty 2>/dev/null | head -1 > /dev/null; echo done";
    try (ZoneProcess process = running.exec(terminal(script), zone.spec, zone.config)) {
      String out = readAll(process.terminal().orElseThrow());
      assertTrue(out.startsWith("33 120\r\n/dev/pts/"), out);
      assertTrue(out.contains("crw--w----"), out);
      assertEquals(0, process.pidfd().await().shellCode());
    }
    try (ZoneProcess process =
        running.exec(
            terminal("trap 'stty size; exit 5' WINCH; echo up; while :; do sleep 0.1; done"),
            zone.spec,
            zone.config)) {
      Fd master = process.terminal().orElseThrow();
      assertEquals("up\r\n", read(master, 4));
      Terminal.of(master).orElseThrow().resize(new WindowSize(11, 22));
      assertTrue(readAll(master).contains("11 22"));
      assertEquals(5, process.pidfd().await().shellCode());
    }
  }

  /** What comes until the other end is closed, which a terminal tells by an error. */
  private static String readAll(Fd master) {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[1000];
    try {
      for (int n = master.read(buffer, 0, 1000); n > 0; n = master.read(buffer, 0, 1000)) {
        text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
      }
    } catch (SyscallException e) {
      assertEquals(Errno.EIO, e.errno());
    }
    return text.toString();
  }

  private static String read(Fd master, int count) {
    byte[] buffer = new byte[count];
    int have = 0;
    while (have < count) {
      have += master.read(buffer, have, count - have);
    }
    return new String(buffer, StandardCharsets.UTF_8);
  }

  @Test
  void aZonesTerminalIsHeldWhileWeAreAway() {
    ZoneSpec spec =
        TestZones.lxZone(
                "sh", "-c", "ls -l /dev/console | cut -c1-10; read line; echo got $line; exit 3")
            .with(ZoneProperties.TTY, true);
    try (TestZones.Zone console = zones.zone(spec, layer)) {
      Running first = console.start();
      ProcessIdentity identity = first.identity();
      assertEquals("crw--w----\r\n", read(first.terminal().orElseThrow(), 12));
      first.close();

      Running found = console.brand.find(spec, identity, console.cgroup).orElseThrow();
      Fd master = found.terminal().orElseThrow();
      master.write("abc\n".getBytes(StandardCharsets.UTF_8), 0, 4);
      assertTrue(readAll(master).endsWith("got abc\r\n"));
      assertEquals(new WaitStatus.Exited(3), found.pidfd().await(Figures.within(5)).orElseThrow());
      found.close();
      assertTrue(console.brand.find(spec, identity, console.cgroup).isEmpty());
      assertTrue(console.cgroup.awaitEmpty(Figures.within(2)), "the holder ends with the zone");
    }
  }

  @Test
  void aZoneThatIsGivenUpVanishes() {
    try (TestZones.Zone waiting = zones.zone(TestZones.lxZone("sleep", "1000"), layer)) {
      Ready ready = waiting.prepare();
      ProcessIdentity identity = ready.identity();
      assertTrue(identity.exists());
      ready.close();
      assertFalse(identity.exists());
      assertTrue(waiting.cgroup.awaitEmpty(Figures.within(2)));
    }
  }

  @Test
  void itsRootIsSeenAsItSeesIt() {
    assertEquals("", sh("echo text > /seen; ln -s /etc/passwd /link").err());
    try (var root = running.root();
        var node = root.follow(FilePath.of("link"), Walk.IN_ROOT);
        var file = node.read()) {
      assertTrue(new String(file.readAll(10_000), StandardCharsets.UTF_8).contains("app:x:1000"));
    }
  }

  @Test
  void theFirstProcessDiesByTheSignalOfAReboot() {
    // reboot(2): RESTART is SIGHUP, POWER_OFF is SIGINT
    for (Map.Entry<String, Integer> each : Map.of("0x1234567", 1, "0x4321fedc", 2).entrySet()) {
      String script =
          "import ctypes; ctypes.CDLL(None).syscall(169, 0xfee1dead, 672274793, %s, 0)"
              .formatted(each.getKey());
      TestZones.Outcome outcome = zones.run(TestZones.nativeZone("python3", "-c", script));
      assertEquals(new WaitStatus.Killed(new Signal(each.getValue()), false), outcome.status());
    }
  }
}
