package polder.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when the JVM, the launcher or a child is killed at any time: nothing. */
@Tag("kernel")
class LauncherCrashKernelTest {
  private static final long KILL = 9;

  @TempDir Path directory;

  @BeforeEach
  void needsRoot() {
    Assumptions.assumeTrue(ProcessView.ourselves().status("Uid").startsWith("0\t"), "not root");
  }

  @AfterEach
  void endLeftovers() {
    Leftovers.end();
  }

  @Test
  @DisplayName("J-08 the JVM killed at any time leaves no process behind after a second")
  void leavesNothingWhenTheJvmIsKilled() throws Exception {
    var random = new Random(8);
    for (int round = 0; round < 10; round++) {
      try (var group = new LaunchJvm()) {
        Process jvm = group.start(List.of(), "100000", round < 2 ? "wait" : "go");
        ready(jvm);
        Thread.sleep(random.nextInt(150));
        jvm.destroyForcibly();
        jvm.waitFor();
        Eventually.is("nothing is left", () -> group.processes().isEmpty(), 1000);
      }
    }
  }

  @Test
  @DisplayName("J-08 the launcher killed at any time: every launch still ends as it should")
  void survivesTheLauncher() throws Exception {
    try (Launcher launcher = Launcher.start()) {
      launcher.running();
      Set<ProcessView> before = Set.copyOf(ProcessView.ourselves().children());
      int descriptors = ProcessView.ourselves().descriptors().size();
      int kills = 0;
      AtomicInteger ended = new AtomicInteger();
      try (ExecutorService threads = Executors.newFixedThreadPool(4);
          ExecutorService starter = Executors.newSingleThreadExecutor()) {
        List<Callable<Integer>> jobs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          String code = Integer.toString(i % 256);
          jobs.add(
              () -> {
                int exited = exit(launcher, code);
                ended.incrementAndGet();
                return exited;
              });
        }
        Future<List<Future<Integer>>> all = starter.submit(() -> threads.invokeAll(jobs));
        var random = new Random(4);
        while (!all.isDone()) {
          Thread.sleep(5 + random.nextInt(10), random.nextInt(1_000_000));
          Kernel.call(Nr.KILL, launcher.running().pidfd().pid(), KILL);
          kills++;
          int sofar = ended.get(); // on a busy host kills alone would follow one another
          while (ended.get() < sofar + 4 && !all.isDone()) {
            Thread.sleep(1);
          }
        }
        List<Future<Integer>> codes = all.get();
        for (int i = 0; i < codes.size(); i++) {
          assertEquals(i % 256, codes.get(i).get());
        }
      }
      assertTrue(kills >= 5, "kills: " + kills);
      Set<ProcessView> after = Set.copyOf(ProcessView.ourselves().children());
      assertTrue(after.size() <= before.size(), before + " became " + after);
      int left = ProcessView.ourselves().descriptors().size();
      assertTrue(left <= descriptors + 2, descriptors + " descriptors became " + left);
    }
  }

  @Test
  @DisplayName("J-08 a child killed at each step is said to have been killed, and is reaped")
  void tellsOfAKilledChild() {
    try (Launcher launcher = Launcher.start()) {
      for (int step = 0; step < 6; step++) {
        ProgramBuilder p = Program.builder(Set.of());
        for (int i = 0; i < 6; i++) {
          Operand self = p.call("get pid", Nr.GETPID);
          p.call("step " + i, Nr.KILL, self, Operand.of(i == step ? KILL : 0));
        }
        p.exec("/bin/true", List.of("true"), List.of());
        try (Child child = launcher.launch(p.build())) {
          LaunchException e = assertThrows(LaunchException.class, child::awaitStarted);
          assertEquals(
              "execute /bin/true: the process was killed by SIGKILL before that", e.getMessage());
          assertEquals(125, e.shellCode());
        }
      }
      ProgramBuilder p = Program.builder(Set.of());
      p.waitForGo();
      p.exec("/bin/true", List.of("true"), List.of());
      try (Child child = launcher.launch(p.build())) {
        child.awaitReady();
        child.pidfd().signal(Signal.KILL);
        child.go();
        assertThrows(LaunchException.class, child::awaitStarted);
      }
      assertEquals(
          List.of(launcher.running().pidfd().pid()),
          ProcessView.ourselves().children().stream().map(ProcessView::pid).toList());
    }
  }

  @Test
  @DisplayName("J-05 children outlive the threads that started the launcher and them")
  void childrenOutliveThreads() throws Exception {
    List<Launcher> started = new ArrayList<>();
    List<Child> children = new ArrayList<>();
    ProgramBuilder p = Program.builder(Set.of());
    p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
    Thread.ofPlatform().start(() -> started.add(Launcher.start())).join();
    try (Launcher launcher = started.getFirst()) {
      for (int i = 0; i < 20; i++) {
        Thread.ofPlatform().start(() -> children.add(launcher.launch(p.build()))).join();
      }
      assertEquals(20, children.size());
      for (Child child : children) {
        child.awaitStarted();
        assertTrue(child.pidfd().isAlive());
        child.pidfd().signal(Signal.TERM);
        assertEquals(new WaitStatus.Killed(Signal.TERM, false), child.pidfd().await());
        child.close();
      }
    }
  }

  @Test
  void lettingGoOfAWaitingChildEndsIt() {
    try (Launcher launcher = Launcher.start()) {
      ProgramBuilder p = Program.builder(Set.of());
      p.waitForGo();
      p.exec("/bin/true", List.of("true"), List.of());
      Child child = launcher.launch(p.build());
      child.awaitReady();
      try (Pidfd process = Pidfd.open(child.pid())) {
        child.close();
        assertEquals(new WaitStatus.Exited(125), process.await());
      }
    }
  }

  @Test
  @DisplayName("J-01 the JVM makes threads and the launcher, and no other process")
  void makesOnlyTheLauncherItself() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "strace is not installed");
    Path trace = directory.resolve("trace");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("strace", "-f", "-o", trace.toString()));
    command.addAll(List.of("-e", "trace=clone,clone3,fork,vfork", "-e", "signal=none"));
    command.addAll(LaunchJvm.command("10", "go"));
    Process traced = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(traced.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, traced.waitFor(), said);

    List<String> makers = // of processes: "PID clone3({flags=… without CLONE_THREAD …"
        Files.readAllLines(trace).stream()
            .filter(line -> line.matches("\\d+ +(clone3?|v?fork)\\(.*"))
            .filter(line -> !line.contains("CLONE_THREAD"))
            .toList();
    List<String> spawns = makers.stream().filter(line -> !line.contains("CLONE_PARENT")).toList();
    assertEquals(1, spawns.size(), "only posix_spawn of the launcher: " + spawns);
    assertTrue(spawns.getFirst().contains("CLONE_VFORK"), spawns.getFirst());
    assertEquals(21, makers.size(), "and twenty by the launcher: " + makers);
    assertEquals(
        2, makers.stream().map(line -> line.split(" ")[0]).distinct().count(), makers.toString());
  }

  private static int exit(Launcher launcher, String code) {
    ProgramBuilder p = Program.builder(Set.of());
    p.exec("/bin/sh", List.of("sh", "-c", "exit " + code), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      return child.pidfd().await().shellCode();
    }
  }

  private static void ready(Process jvm) throws Exception {
    BufferedReader said = jvm.inputReader();
    assertEquals("ready", said.readLine());
  }
}
