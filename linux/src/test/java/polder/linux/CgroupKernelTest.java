package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class CgroupKernelTest {
  private static final Duration PATIENCE = Figures.within(10);
  private static final long MEGABYTE = 1 << 20;

  private final CgroupHost host = host();
  private final Cgroup group = host.group("polder-test-" + UUID.randomUUID() + "/zone");
  private final List<Process> processes = new ArrayList<>();

  /** Which hierarchies are used. */
  CgroupHost host() {
    return CgroupHost.own();
  }

  @BeforeEach
  void make() {
    Assumptions.assumeTrue(
        host.layout() != CgroupHost.Layout.NONE, "no control group hierarchy is mounted");
    Assumptions.assumeTrue(
        Files.isWritable(host.roots().getFirst().path()), "only root makes control groups");
    group.create();
  }

  @AfterEach
  void remove() throws InterruptedException {
    if (group.exists()) {
      group.thaw();
      group.killAll();
    }
    for (Process each : processes) {
      each.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
    }
    group.delete(PATIENCE);
    assertFalse(group.exists());
    assertFalse(host.children("").stream().anyMatch(each -> group.path().startsWith(each)));
  }

  @Test
  @DisplayName("S-CG-03 a process is in the group in every hierarchy")
  void attachesInEveryHierarchy() throws IOException {
    long pid = start("sleep", "60").pid();

    group.attach(pid);

    assertInGroup(pid);
    assertEquals(Set.of(pid), group.pids());
    assertTrue(group.populated());
  }

  private void assertInGroup(long pid) {
    var groups = CgroupHost.of(pid);
    if (host.unified().isEmpty()) {
      groups.remove("");
    }
    assertTrue(groups.values().stream().allMatch(("/" + group.path())::equals), groups::toString);
  }

  @Test
  void freezesAndThaws() throws Exception {
    Process loop = start("sh", "-c", "while :; do sleep 0.01; done");
    group.attach(loop.pid());
    OptionalLong first = group.stats().cpuNanos();
    Eventually.is("it runs", () -> !group.stats().cpuNanos().equals(first), 10_000);

    group.freeze(PATIENCE);
    assertTrue(group.frozen());
    // a task counts as frozen before it leaves its processor
    Eventually.is("it stands still", () -> standsStill(100), 10_000);
    group.thaw();
    assertFalse(group.frozen());
  }

  private boolean standsStill(long milliseconds) {
    OptionalLong before = group.stats().cpuNanos();
    CgroupEvents.sleep(milliseconds * 1_000_000);
    return before.equals(group.stats().cpuNanos());
  }

  @Test
  void killsAllOfAFrozenGroupAndTellsWhenItIsEmpty() throws Exception {
    Process parent = start("sh", "-c", "sleep 60 & sleep 60 & wait");
    group.attach(parent.pid());
    group.freeze(PATIENCE);

    group.killAll();
    group.thaw();

    assertTrue(group.awaitEmpty(PATIENCE));
    assertFalse(group.populated());
    assertTrue(parent.waitFor(60, TimeUnit.SECONDS));
    assertEquals(137, parent.exitValue());
  }

  @Test
  void isNotDeletedUnderLiveProcesses() throws IOException {
    group.attach(start("sleep", "60").pid());

    SyscallException refused =
        assertThrows(SyscallException.class, () -> group.delete(Duration.ofMillis(50)));

    assertEquals(Errno.EBUSY, refused.errno());
    assertTrue(group.populated());
  }

  @Test
  void isDeletedAsSoonAsTheLastProcessIsGone() throws Exception {
    Process brief = start("sh", "-c", "read line; sleep 0.2");
    group.attach(brief.pid());
    brief.getOutputStream().close(); // not before: here may be slow

    group.delete(PATIENCE); // and does not throw

    assertFalse(group.exists());
  }

  @Test
  void isDeletedWithGroupsThatAZoneMadeInIt() {
    Cgroup inner = host.group(group.path() + "/inner/most");
    inner.create();

    group.delete(PATIENCE);

    assertFalse(inner.exists());
  }

  @Test
  void limitsAreInForce() {
    List<String> cannot =
        group.limit(
            CgroupLimits.NONE
                .withMemory(64 * MEGABYTE, 0)
                .withPids(50)
                .withCpu(OptionalLong.of(200), OptionalLong.of(50)));
    assertEquals(List.of(), cannot.stream().filter(each -> !each.startsWith("swap")).toList());

    // up, down and away again, in any order
    group.limit(CgroupLimits.NONE.withMemory(128 * MEGABYTE, 64 * MEGABYTE));
    group.limit(CgroupLimits.NONE.withMemory(32 * MEGABYTE, 0));
    group.limit(CgroupLimits.NONE);
    group.limit(CgroupLimits.NONE.withMemory(16 * MEGABYTE, MEGABYTE));
    group.limit(CgroupLimits.NONE);
  }

  @Test
  void refusesForksAboveTheLimitAndCountsThem() throws Exception {
    Assumptions.assumeTrue(host.has("pids"), "no controller 'pids'");
    group.limit(CgroupLimits.NONE.withPids(3));
    Process shell = start("sh", "-c", "read go; for i in 1 2 3 4 5 6; do sleep 5 & done; sleep 60");
    group.attach(shell.pid());
    tell(shell);

    await(() -> group.stats().pidsRefused().orElse(0) > 0);
    assertTrue(group.stats().pids().orElseThrow() <= 3);
  }

  @Test
  void tellsWhatIsNotOnTheDiskYet(@TempDir Path directory) throws Exception {
    Assumptions.assumeTrue(host.has("memory"), "no controller 'memory'");
    Assumptions.assumeFalse(
        Files.getFileStore(directory).type().equals("tmpfs"), "what is in a tmpfs is on no disk");
    assertTrue(group.dirty().orElseThrow() < MEGABYTE);
    Process writer =
        start("sh", "-c", "read go; dd if=/dev/zero bs=1M count=8 of=" + directory.resolve("file"));
    group.attach(writer.pid());
    tell(writer);

    assertTrue(writer.waitFor(60, TimeUnit.SECONDS));
    assertTrue(group.dirty().orElseThrow() > 6 * MEGABYTE, () -> group.dirty().toString());
  }

  @Test
  void killsWhoTakesTooMuchMemoryAndTells() throws Exception {
    Assumptions.assumeTrue(host.has("memory"), "no controller 'memory'");
    group.limit(CgroupLimits.NONE.withMemory(8 * MEGABYTE, 0));
    Process hog = start("sh", "-c", "read go; exec tail /dev/zero");
    group.attach(hog.pid());
    tell(hog);

    assertTrue(hog.waitFor(60, TimeUnit.SECONDS));
    assertEquals(137, hog.exitValue());
    assertEquals(OptionalLong.of(1), group.stats().oomKills());
    assertTrue(group.stats().memoryPeak().orElse(0) <= 8 * MEGABYTE);
  }

  @Test
  void holdsItToItsCap() throws Exception {
    Assumptions.assumeTrue(host.has("cpu"), "no controller 'cpu'");
    group.limit(CgroupLimits.NONE.withCpu(OptionalLong.empty(), OptionalLong.of(10)));
    Process loop = start("sh", "-c", "read go; while :; do :; done");
    group.attach(loop.pid());
    tell(loop);
    Thread.sleep(600);

    group.killAll();

    long used = group.stats().cpuNanos().orElseThrow();
    assertTrue(used < 200_000_000, used + " ns of 600 ms");
    assertTrue(group.stats().throttledNanos().orElseThrow() > 0);
  }

  @Test
  void letsItUseThePermittedDevicesOnly() throws Exception {
    Assumptions.assumeTrue(host.limitsDevices(), "no version 1 controller 'devices'");
    group.allowOnly(List.of(DeviceRule.parse("c 1:3 rwm"), DeviceRule.parse("c 1:9 r")));
    Process shell =
        start(
            "sh",
            "-c",
            "read go; : > /dev/null || exit 3; head -c 1 /dev/urandom || exit 4;"
                + " head -c 1 /dev/zero && exit 5; exit 0");
    group.attach(shell.pid());
    tell(shell);

    assertTrue(shell.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, shell.exitValue());
    group.allowOnly(List.of(DeviceRule.parse("c 1:3 rw")));
  }

  @Test
  void pinsItToAProcessor() throws Exception {
    Assumptions.assumeTrue(host.has("cpuset"), "no controller 'cpuset'");
    group.pin("0");
    Process sleeper = start("sleep", "60");
    group.attach(sleeper.pid());

    String status = Files.readString(Path.of("/proc", Long.toString(sleeper.pid()), "status"));
    assertTrue(status.contains("Cpus_allowed_list:\t0\n"), status);
    assertThrows(SyscallException.class, () -> group.pin("4000-4001"));
  }

  @Test
  @DisplayName("S-CG-03 a process that is made is in the group before its first step")
  void aProcessEntersBeforeItsFirstStep() {
    try (Launcher launcher = Launcher.start();
        CgroupEntrance entrance = group.entrance()) {
      ProgramBuilder program = Program.builder(EnumSet.of(Namespace.USER, Namespace.PID));
      program.enter(entrance);
      program.waitForGo();
      try (Child child = launcher.launch(program.build())) {
        child.awaitReady();
        assertInGroup(child.pid());
        child.pidfd().signal(Signal.KILL);
        child.pidfd().await();
      }
    }
  }

  @Test
  void aProcessWhoseGroupIsGoneIsNotMade() {
    try (Launcher launcher = Launcher.start();
        CgroupEntrance entrance = group.entrance()) {
      group.remove(Duration.ZERO);
      ProgramBuilder program = Program.builder(Set.of());
      program.enter(entrance);
      program.waitForGo();
      LaunchException e =
          assertThrows(LaunchException.class, () -> launch(launcher, program.build()));
      assertTrue(
          String.valueOf(e.getMessage()).contains("ENOENT")
              || String.valueOf(e.getMessage()).contains("ENODEV"),
          e::getMessage);
    }
  }

  private static void launch(Launcher launcher, Program program) {
    try (Child child = launcher.launch(program)) {
      child.awaitReady();
    }
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  private static void tell(Process shell) throws IOException {
    shell.getOutputStream().write('\n');
    shell.getOutputStream().flush();
  }

  private static void await(BooleanSupplier what) throws InterruptedException {
    for (int i = 0; i < 6_000 && !what.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    assertTrue(what.getAsBoolean());
  }
}
