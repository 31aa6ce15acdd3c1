package polder.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each side of the launcher's protocol, killed at each system call of it. A message is one packet:
 * it is there or it is not, and no byte of it is a moment of its own.
 */
@Tag("kernel")
class LauncherProtocolKernelTest {
  /**
   * All by which the JVM speaks to the launcher and to a child. It makes none of them elsewhere.
   */
  private static final List<String> OURS =
      List.of("socketpair", "setsockopt", "sendmsg", "recvmsg", "pidfd_open", "waitid");

  /** All that the launcher calls for a job. */
  private static final List<String> THEIRS =
      List.of("recvmsg", "clone3", "sendto", "close_range", "madvise");

  private static final int MOST_TIMES = 50;

  @BeforeEach
  void needsRootAndStrace() {
    Assumptions.assumeTrue(ProcessView.ourselves().status("Uid").startsWith("0\t"), "not root");
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/strace")), "strace is not installed");
  }

  @AfterEach
  void endLeftovers() {
    Leftovers.end();
  }

  @Test
  @DisplayName("J-08 the JVM killed at each call of the launcher's protocol leaves nothing")
  void theJvmIsKilledAtEachCall() throws Exception {
    for (String call : OURS) {
      int times = 0;
      while (diesAt(call, times + 1)) {
        times++;
        assertTrue(times < MOST_TIMES, call);
      }
      assertTrue(times > 0, call + " is never called");
    }
  }

  /** Whether the JVM is killed at the so many-th {@code call} of one of its threads. */
  private static boolean diesAt(String call, int time) throws Exception {
    try (LaunchJvm jvm = new LaunchJvm()) {
      List<String> tracer = new ArrayList<>(List.of("strace", "-f", "-qq", "-o", "/dev/null"));
      tracer.addAll(List.of("-e", "signal=none", "-e", "trace=" + call, "-e", killing(call, time)));
      Process traced = jvm.start(tracer, "1", "go");
      String said = new String(traced.getInputStream().readAllBytes(), UTF_8);
      int code = traced.waitFor();
      assertTrue(code == 0 || code == 137, said);
      Eventually.is("nothing is left", () -> jvm.processes().isEmpty(), 1000);
      return code != 0;
    }
  }

  @Test
  @DisplayName("J-08 the launcher killed at each system call: the launch ends as it should")
  void theLauncherIsKilledAtEachCall() throws Exception {
    try (Launcher launcher = Launcher.start()) {
      for (String call : THEIRS) {
        for (int time = 1; time <= 2; time++) {
          int pid = launcher.running().pidfd().pid();
          Process tracer = tracer(pid, call, time);
          try {
            for (int code = 3; code < 6; code++) {
              assertEquals(code, launch(launcher, code));
            }
          } finally {
            tracer.destroy();
            tracer.waitFor();
          }
          assertNotEquals(pid, launcher.running().pidfd().pid(), call + " is not called");
        }
      }
      assertEquals(
          List.of(launcher.running().pidfd().pid()),
          ProcessView.ourselves().children().stream().map(ProcessView::pid).toList());
    }
  }

  private static String killing(String call, int time) {
    return "inject=%s:signal=KILL:when=%d".formatted(call, time);
  }

  /** Kills {@code pid} at a system call of its from now on; traces none of its children. */
  private static Process tracer(int pid, String call, int time) throws IOException {
    List<String> command = new ArrayList<>(List.of("strace", "-o", "/dev/null"));
    command.addAll(List.of("-p", Integer.toString(pid)));
    command.addAll(List.of("-e", "signal=none", "-e", killing(call, time)));
    Process tracer = new ProcessBuilder(command).redirectErrorStream(true).start();
    String line = tracer.inputReader().readLine();
    assertTrue(line != null && line.contains("attached"), "strace says " + line);
    return tracer;
  }

  private static int launch(Launcher launcher, int code) {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT, Namespace.UTS));
    p.waitForGo();
    p.exec("/bin/sh", List.of("sh", "-c", "exit " + code), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.go();
      child.awaitStarted();
      return child.pidfd().await().shellCode();
    }
  }

  @Test
  @DisplayName("J-08 a child killed between any two steps of a zone's making leaves nothing")
  void theChildIsKilledBetweenSteps() {
    try (Launcher launcher = Launcher.start()) {
      int steps = 6;
      for (int killed = 0; killed <= steps; killed++) {
        try (Child child = launcher.launch(program(killed))) {
          UserNamespace.map(child.pid(), IdMap.of(0, 65_536), IdMap.of(0, 65_536));
          child.go();
          child.awaitReady();
          child.pidfd().signal(Signal.KILL);
          child.go();
          LaunchException told = assertThrows(LaunchException.class, child::awaitStarted);
          assertTrue(
              String.valueOf(told.getMessage()).contains("killed by SIGKILL"), told::toString);
        }
      }
      assertEquals(
          List.of(launcher.running().pidfd().pid()),
          ProcessView.ourselves().children().stream().map(ProcessView::pid).toList());
    }
    assertEquals(
        0,
        MountTable.ofThread().entries().stream().filter(m -> m.toString().contains("j08")).count());
  }

  /** Makes a small root; waits before the step of that number. */
  private static Program program(int waits) {
    ProgramBuilder p =
        Program.builder(EnumSet.of(Namespace.USER, Namespace.PID, Namespace.MOUNT, Namespace.UTS));
    List<Runnable> steps =
        List.of(
            () -> p.process().setHostname("loop"),
            () -> p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, ""),
            () -> p.mounts().mount("j08", "/tmp", "tmpfs", 0, ""),
            () -> p.files().mkdir(Operand.AT_FDCWD, "/tmp/a", 0755),
            () -> p.mounts().mount("/tmp", "/tmp/a", "", MountSteps.MS_BIND, ""),
            () -> p.process().newSession());
    p.waitForGo(); // for its ids
    for (int i = 0; i <= steps.size(); i++) {
      if (i == waits) {
        p.waitForGo();
      }
      if (i < steps.size()) {
        steps.get(i).run();
      }
    }
    p.exec("/bin/busybox", List.of("true"), List.of());
    return p.build();
  }
}
