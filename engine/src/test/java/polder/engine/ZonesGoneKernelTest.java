package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.ProcessIdentity;
import polder.model.ExecSpec;
import polder.model.RestartPolicy;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneState;

/** Zones that end, or are ended, in unusual ways; and that nothing of them is left. */
@Tag("kernel")
@Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZonesGoneKernelTest {
  private static final Duration SOON = Figures.within(2);
  private static final String MANY = "sleep 1000 & sleep 1001 & exec sleep 1002";

  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  private Cgroup group(UUID zone) {
    return CgroupHost.own().group(HostPaths.below(test.home()).cgroups() + "/" + zone);
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static void soon(String what, long since) {
    long took = System.nanoTime() - since;
    assertTrue(took < SOON.toNanos(), "%s took %d ms".formatted(what, took / 1_000_000));
  }

  @Test
  @DisplayName(
      "R-CRASH-04 a first process that is killed is told, leaves nobody, and its policy holds")
  void aKilledFirstProcess() {
    Zone stays = test.run(TestHost.spec("stays", MANY));
    Zone again =
        test.run(
            TestHost.spec("again", MANY).with(ZoneProperties.RESTART, RestartPolicy.of("always")));
    for (Zone zone : List.of(stays, again)) {
      Set<Long> pids = group(zone.uuid()).pids();
      long begun = System.nanoTime();
      kill(zone.status().pid().orElseThrow());
      TestHost.eventually(
          "it is told",
          () ->
              test.get(zone.name()).status().pid().isEmpty()
                  || !test.get(zone.name()).status().pid().equals(zone.status().pid()));
      soon("the truth about " + zone.name(), begun);
      TestHost.eventually(
          "nobody is left",
          () -> pids.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
    }
    assertEquals(ZoneState.INSTALLED, test.get("stays").state());
    assertEquals(137, test.get("stays").status().exit().orElseThrow().code());
    TestHost.eventually("it is back", () -> test.get("again").state() == ZoneState.RUNNING);
    assertEquals(1, test.get("again").status().restarts());
  }

  @Test
  @DisplayName("R-CRASH-04 a zone whose keepers of input and terminal are killed runs on, and ends")
  void killedKeepers() throws IOException {
    test.run(TestHost.spec("typed", "exec sleep 1000").with(ZoneProperties.OPEN_STDIN, true));
    test.run(TestHost.spec("shown", "exec sleep 1000").with(ZoneProperties.TTY, true));
    int killed = 0;
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path comm = Path.of("/proc/" + child.pid() + "/comm");
      String name = Files.exists(comm) ? Files.readString(comm).strip() : "";
      if (name.equals("polder-stdin") || name.equals("polder-terminal")) {
        child.destroyForcibly();
        killed++;
      }
    }
    assertEquals(2, killed);
    for (String name : List.of("typed", "shown")) {
      assertEquals(ZoneState.RUNNING, test.get(name).state());
      assertEquals("0", test.exec(name, "true"));
      long begun = System.nanoTime();
      test.host().zones().stop(TestHost.ref(name), StopOptions.FORCED);
      soon("the stop of " + name, begun);
    }
  }

  @Test
  @DisplayName("R-REAP-05 paused zones and such with stopped processes are deleted within 5 s")
  void stoppedOnes() throws IOException {
    test.run(TestHost.spec("paused", MANY));
    test.host().zones().pause(TestHost.ref("paused"));
    Zone frozen = test.run(TestHost.spec("frozen", MANY));
    group(frozen.uuid()).freeze(SOON); // by somebody else: we do not know of it
    Zone stopped = test.run(TestHost.spec("stopped", MANY));
    for (long pid : group(stopped.uuid()).pids()) {
      new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start();
    }
    List<Long> all = new ArrayList<>();
    for (String name : List.of("paused", "frozen", "stopped")) {
      all.addAll(group(test.get(name).uuid()).pids());
      long begun = System.nanoTime();
      test.host().zones().delete(TestHost.ref(name), true);
      assertTrue(System.nanoTime() - begun < Figures.within(5).toNanos(), name);
    }
    assertEquals(List.of(), all.stream().filter(pid -> ProcessHandle.of(pid).isPresent()).toList());
  }

  @Test
  @DisplayName(
      "R-REAP-06 a zone with groups below its own is ended whole, its init gone first or not")
  void groupsBelow() throws IOException {
    for (boolean initGone : new boolean[] {false, true}) {
      Zone zone = test.run(TestHost.spec("deep", MANY));
      Cgroup group = group(zone.uuid());
      Set<Long> pids = new TreeSet<>(group.pids());
      Cgroup below = CgroupHost.own().group(group.path() + "/below/deeper");
      below.create();
      for (long pid : pids) {
        if (pid != zone.status().pid().orElseThrow()) {
          below.attach(pid);
        }
      }
      long begun = System.nanoTime();
      if (initGone) {
        kill(zone.status().pid().orElseThrow());
      }
      test.host().zones().stop(TestHost.ref("deep"), StopOptions.FORCED);
      soon("the end of all", begun);
      assertEquals(
          List.of(), pids.stream().filter(pid -> ProcessHandle.of(pid).isPresent()).toList());
      assertFalse(group.exists());
      test.host().zones().delete(TestHost.ref("deep"), true);
    }
  }

  @Test
  @DisplayName("R-PID-01 after a restart a stranger with a zone's pid is not taken for the zone")
  void aStrangerWithItsPid() throws Exception {
    Path lastPid = Path.of("/proc/sys/kernel/ns_last_pid");
    Assumptions.assumeTrue(Files.exists(lastPid), "no ns_last_pid: CONFIG_CHECKPOINT_RESTORE");
    int rounds = Boolean.getBoolean("polder.full") ? 200 : 5;
    int reused = 0;
    test.host().zones().create(TestHost.spec("gone", "exec sleep 1000"));
    for (int round = 0; round < rounds; round++) {
      int pid = test.host().zones().start(TestHost.ref("gone")).status().pid().orElseThrow();
      ProcessIdentity first = ProcessIdentity.of(pid).orElseThrow();
      test.letGo();
      kill(pid);
      TestHost.eventually("it is reaped", () -> !first.exists());
      TestHost.pause(20); // a start time counts in hundredths of a second
      Files.writeString(lastPid, Integer.toString(pid - 1));
      Process stranger = new ProcessBuilder("sleep", "1000").start();
      reused += stranger.pid() == pid ? 1 : 0;
      test.open();
      assertEquals(ZoneState.INSTALLED, test.get("gone").state());
      test.host().zones().stop(TestHost.ref("gone"), StopOptions.FORCED);
      assertTrue(stranger.isAlive(), "the stranger lives");
      stranger.destroyForcibly().waitFor();
    }
    Assumptions.assumeTrue(reused > 0, "others on this machine took every pid first");
  }

  @Test
  @DisplayName("J-06 a stranger with the pid of an exec that ended is not signalled for it")
  void aStrangerWithAnExecsPid() throws Exception {
    Path lastPid = Path.of("/proc/sys/kernel/ns_last_pid");
    Assumptions.assumeTrue(Files.exists(lastPid), "no ns_last_pid: CONFIG_CHECKPOINT_RESTORE");
    int rounds = Boolean.getBoolean("polder.full") ? 200 : 10;
    int reused = 0;
    Zone zone = test.run(TestHost.spec("busy", "exec sleep 1000"));
    Set<Long> before = Set.copyOf(group(zone.uuid()).pids());
    for (int round = 0; round < rounds; round++) {
      try (Session session =
          test.host().zones().exec(TestHost.ref("busy"), ExecSpec.of("sleep", "1000"))) {
        Set<Long> pids = new TreeSet<>(group(zone.uuid()).pids());
        pids.removeAll(before);
        long pid = pids.iterator().next();
        kill(pid);
        assertEquals(137, session.await().code());
        TestHost.eventually("it is reaped", () -> ProcessHandle.of(pid).isEmpty());
        Files.writeString(lastPid, Long.toString(pid - 1));
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        reused += stranger.pid() == pid ? 1 : 0;
        session.signal("KILL");
        assertTrue(stranger.isAlive(), "the stranger lives");
        stranger.destroyForcibly().waitFor();
      }
    }
    Assumptions.assumeTrue(reused > 0, "others on this machine took every pid first");
  }

  @Test
  @DisplayName("R-LEAK-04 when all is deleted and the host closed, the machine is as it was")
  void nothingIsLeft() throws IOException {
    HostPaths paths = HostPaths.below(test.home());
    Set<String> network = network();
    for (String name : List.of("one", "two")) {
      test.run(TestHost.spec(name, MANY).with(ZoneProperties.OPEN_STDIN, name.equals("one")));
      test.exec(name, "echo x > /root/file");
    }
    for (String name : List.of("one", "two")) {
      test.host().zones().delete(TestHost.ref(name), true);
    }
    test.letGo();
    assertFalse(CgroupHost.own().children("").contains(paths.cgroups()), "control groups");
    String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
    assertFalse(mounts.contains(test.home().toString()), mounts);
    List<String> files = new ArrayList<>();
    try (var all = Files.walk(test.home())) {
      all.filter(Files::isRegularFile)
          .map(file -> test.home().relativize(file).toString())
          .filter(file -> !file.matches("state/(lock|reserve/piece\\d+|events/\\d{20}\\.jsonl)"))
          .filter(file -> !file.equals("run/autoboot.json"))
          .forEach(files::add);
    }
    assertEquals(List.of(), files);
    TestHost.eventually( // others on this machine may have some for a while
        () -> "links and rules are as they were: " + network + " became " + network(),
        () -> network.containsAll(network()));
    test.open();
  }

  /** The links and the nftables tables and rules of the host. */
  private static Set<String> network() {
    Set<String> all = new TreeSet<>();
    for (String command : List.of("ip -o link | cut -d: -f2", "nft list ruleset 2>/dev/null")) {
      try (var said = new ProcessBuilder("sh", "-c", command).start().inputReader()) {
        said.lines().map(line -> line.replaceAll("counter packets.*", "")).forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  @Test
  void twoWritersOfOneInputLoseNothing() throws Exception {
    test.run(TestHost.spec("counts", "sleep 1; wc -c").with(ZoneProperties.OPEN_STDIN, true));
    byte[] much = new byte[3 << 20];
    Arrays.fill(much, (byte) 'x');
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (var a = test.host().zones().attach(TestHost.ref("counts"));
        var b = test.host().zones().attach(TestHost.ref("counts"))) {
      List<Thread> writers = new ArrayList<>();
      for (var session : List.of(a, b)) {
        Thread writer =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        session.stdin().write(much);
                      } catch (IOException e) {
                        failed.set(e);
                      }
                    });
        writers.add(writer);
      }
      for (Thread writer : writers) {
        writer.join();
      }
      a.stdin().close();
      b.stdin().close();
      String out = new String(a.stdout().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(Integer.toString(2 * much.length), out.strip());
      assertEquals(null, failed.get());
    }
  }
}
