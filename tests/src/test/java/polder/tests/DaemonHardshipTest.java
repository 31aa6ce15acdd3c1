package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.api.client.RemoteHost;
import polder.model.PolderException;
import polder.tests.harness.Commands;
import polder.tests.harness.Figures;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** A daemon that gets too little, is broken, or stands still. Its zones do not notice. */
@Tag("kernel")
@Timeout(3_600)
class DaemonHardshipTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final Path PIDS = Path.of("/sys/fs/cgroup/pids");
  private static final String POLDERD = Fixtures.ROOT.resolve("polder") + " daemon";
  private static final Path MEMORY = Path.of("/sys/fs/cgroup/memory");

  private TestHost host;
  private final List<Process> daemons = new ArrayList<>();
  private final List<Path> groups = new ArrayList<>();
  private String zone = "";

  @BeforeEach
  void open() {
    host = new TestHost();
    host.importBusybox();
    host.create(
        Map.of("brand", "lx", "image", "busybox", "alias", "a", "cmd", List.of("sleep", "100000")));
    host.polder("start", "a").ok();
    zone = zone();
  }

  @AfterEach
  void close() throws Exception {
    for (Process daemon : daemons) {
      daemon.destroyForcibly().waitFor();
    }
    for (Path group : groups) {
      TestHost.eventually("the control group is empty", () -> group.toFile().delete());
    }
    host.close();
  }

  private String zone() {
    Map<String, Object> seen = host.json("get", "a");
    return seen.get("state") + " " + seen.get("pid") + " " + seen.get("boot_timestamp");
  }

  @ParameterizedTest
  @DisplayName("R-CRASH-05 a daemon that has used up something ends, and its zones do not")
  @ValueSource(strings = {"heap", "metaspace", "direct", "threads"})
  void endsWhenExhausted(String what) throws Exception {
    end();
    Path sign = host.home().resolve("now");
    Process daemon = daemon(exhausted(what, sign));
    if (what.equals("threads")) {
      Path group = group(PIDS, "pids.max", "90");
      Files.writeString(group.resolve("cgroup.procs"), String.valueOf(daemon.pid()));
    }
    awaitAnswer(daemon);
    assertEquals(daemon.pid(), host.daemonPid());
    Files.createFile(sign);
    long begun = System.nanoTime();
    assertTrue(daemon.waitFor(60, TimeUnit.SECONDS), "it ended");
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertEquals(3, daemon.exitValue(), "no orderly end: a supervisor starts another");
    assertTrue(took.compareTo(Figures.within(5)) <= 0, "it took " + took);
    assertEquals(zone, zone(), "the next command starts a daemon, and the zone ran on");
  }

  @Test
  @DisplayName("R-CRASH-06 a daemon that crashes leaves one bounded file where it belongs, no core")
  void crashesTidily() throws Exception {
    Path here = Files.createDirectory(host.home().resolve("here"));
    end();
    for (String signal : List.of("SEGV", "ABRT", "BUS")) {
      Process daemon =
          daemon(
              List.of(
                  "bash", "-c", "cd %s; ulimit -c unlimited; exec %s".formatted(here, POLDERD)));
      awaitAnswer(daemon);
      send(daemon, signal);
      assertTrue(daemon.waitFor(60, TimeUnit.SECONDS), "SIG" + signal + " ends it");
      assertTrue(daemon.exitValue() != 0);
    }
    assertEquals(List.of(), names(here), "nothing where it was started");
    assertEquals(List.of("polderd-crash.log", "polderd.log"), names(host.home().resolve("log")));
    assertTrue(Files.size(host.home().resolve("log/polderd-crash.log")) <= 10 << 20);
    assertEquals(zone, zone(), "the zone ran on");
  }

  @Test
  @DisplayName("R-CRASH-07 a daemon that stood still goes on; who waited is served, zones run on")
  void standsStillAndGoesOn() throws Exception {
    String healthy =
        host.create(
            Map.of(
                "brand",
                "lx",
                "image",
                "busybox",
                "alias",
                "healthy",
                "cmd",
                List.of("sleep", "100000"),
                "restart",
                "always",
                "healthcheck",
                Map.of("test", List.of("true"), "interval", 1L, "timeout", 1L, "retries", 1L)));
    host.polder("start", healthy).ok();
    TestHost.eventually("it is well", () -> health(healthy).startsWith("healthy"));
    String before = health(healthy);
    ProcessHandle daemon = ProcessHandle.of(host.daemonPid()).orElseThrow();
    Path socket = host.home().resolve("run/api.sock");
    send(daemon.pid(), "STOP");
    List<Thread> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        waiting.add(Thread.ofPlatform().start(() -> RemoteHost.open(socket).zones().list()));
      }
      Thread.sleep(FULL ? 60_000 : 8_000);
      assertTrue(waiting.stream().allMatch(Thread::isAlive));
    } finally {
      send(daemon.pid(), "CONT");
    }
    long begun = System.nanoTime();
    for (Thread thread : waiting) {
      thread.join(Figures.within(10));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.compareTo(Figures.within(5)) <= 0, "the backlog took " + took);
    assertEquals(zone, zone());
    for (int i = 0; i < 15; i++) {
      assertEquals(before, health(healthy), "never unhealthy, never started again");
      Thread.sleep(200);
    }
  }

  private String health(String ref) {
    Map<String, Object> seen = host.json("get", ref);
    return seen.get("health") + " " + seen.get("state") + " " + seen.get("pid");
  }

  @Test
  @DisplayName(
      "J-16 256 descriptors, 64 processes, 128 MiB, no CAP_SYS_RESOURCE are enough to start")
  void startsWithLittle() throws Exception {
    end();
    Path pids = group(PIDS, "pids.max", "64");
    Path memory = group(MEMORY, "memory.limit_in_bytes", String.valueOf(128L << 20));
    Process daemon =
        daemon(
            List.of(
                "bash",
                "-c",
                "echo $$ >%s/cgroup.procs; echo $$ >%s/cgroup.procs; ulimit -n 256; exec capsh"
                        .formatted(pids, memory)
                    + " --drop=cap_sys_resource -- -c 'exec %s'".formatted(POLDERD)));
    awaitAnswer(daemon);
    assertEquals(zone, zone());
    host.polder("exec", "a", "true").ok();
    for (int i = 0; i < 3; i++) {
      host.polder("stop", "--force", "a").ok();
      host.polder("start", "a").ok();
    }
    assertEquals("true", host.polder("exec", "a", "echo", "true").ok().text());
    assertTrue(daemon.isAlive(), "no crash loop: it is the first one still");
    assertEquals(daemon.pid(), host.daemonPid());
    send(daemon.pid(), "TERM");
    assertTrue(daemon.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, daemon.exitValue());
  }

  private static List<String> exhausted(String what, Path sign) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Files.readAllLines(Fixtures.ROOT.resolve("dist/polderd.jvm")).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("-") && !line.contains("native-access"))
        .forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of("polder.daemon.ExhaustedDaemon", what, sign.toString()));
    return command;
  }

  private Process daemon(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("POLDER_HOME", host.home().toString());
    builder.environment().put("POLDER_NO_BUILD", "1");
    builder.redirectOutput(host.home().resolve("daemon.out").toFile());
    Process daemon = builder.start();
    daemons.add(daemon);
    return daemon;
  }

  private void end() throws Exception {
    long pid = host.daemonPid();
    send(pid, "TERM");
    TestHost.eventually(
        "the daemon has ended", () -> !Files.exists(host.home().resolve("run/api.sock")));
    ended(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  private static void ended(BooleanSupplier condition) {
    TestHost.eventually("its process is gone", condition);
  }

  private void awaitAnswer(Process daemon) {
    TestHost.eventually(
        "the daemon answers",
        () -> {
          assertTrue(daemon.isAlive(), "the daemon runs");
          try {
            return RemoteHost.open(host.home().resolve("run/api.sock")).info().daemonPid()
                == daemon.pid();
          } catch (PolderException e) {
            return false;
          }
        });
  }

  private static void send(Process process, String signal) {
    send(process.pid(), signal);
  }

  private static void send(long pid, String signal) {
    Commands.run(Map.of(), new byte[0], List.of("kill", "-" + signal, String.valueOf(pid))).ok();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Files::isRegularFile)
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    }
  }

  /** A control group of this test's, below our own one. */
  private Path group(Path hierarchy, String limit, String value) throws IOException {
    String controller = String.valueOf(hierarchy.getFileName());
    String own =
        Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
            .filter(line -> line.split(":", 3)[1].equals(controller))
            .map(line -> line.split(":", 3)[2])
            .findFirst()
            .orElse("");
    Assumptions.assumeTrue(
        !own.isEmpty() && Files.isWritable(hierarchy.resolve(own.substring(1))),
        "no control groups of version 1 for " + controller);
    Path group =
        Files.createDirectory(
            hierarchy
                .resolve(own.substring(1))
                .resolve("polder-test-" + ProcessHandle.current().pid()));
    groups.add(group);
    Files.writeString(group.resolve(limit), value);
    return group;
  }
}
