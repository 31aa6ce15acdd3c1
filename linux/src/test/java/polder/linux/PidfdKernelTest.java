package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class PidfdKernelTest {
  private static Launcher launcher;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(ProcessView.ourselves().status("Uid").startsWith("0\t"), "not root");
    launcher = Launcher.start();
  }

  @AfterAll
  static void stop() {
    if (launcher != null) {
      launcher.close();
    }
  }

  @AfterEach
  void endLeftovers() {
    Leftovers.end();
  }

  @Test
  @DisplayName("R-PID-01 a pid that is used again is not taken for the process that had it")
  void isNotFooledByAUsedPid() throws Exception {
    Path lastPid = Path.of("/proc/sys/kernel/ns_last_pid");
    Assumptions.assumeTrue(Files.exists(lastPid), "no ns_last_pid: CONFIG_CHECKPOINT_RESTORE");
    int reused = 0;
    for (int round = 0; round < 20; round++) {
      try (Child first = sleeper()) {
        ProcessIdentity identity = ProcessIdentity.of(first.pid()).orElseThrow();
        assertTrue(identity.exists());
        first.pidfd().signal(Signal.KILL);
        first.pidfd().await();
        assertFalse(identity.exists());
        Thread.sleep(20); // a start time counts in hundredths of a second
        Files.writeString(lastPid, Integer.toString(first.pid() - 1));
        try (Child stranger = sleeper()) {
          if (stranger.pid() == first.pid()) { // nobody on this machine was faster
            reused++;
            assertNotEquals(Optional.of(identity), ProcessIdentity.of(stranger.pid()));
            assertTrue(Pidfd.open(identity).isEmpty());
          }
          assertFalse(first.pidfd().signal(Signal.KILL));
          assertTrue(stranger.pidfd().isAlive());
          stranger.pidfd().signal(Signal.KILL);
          stranger.pidfd().await();
        }
      }
    }
    assertTrue(reused > 0, "no pid was used again");
  }

  @Test
  void tellsHowSomebodyElsesChildEnded() {
    for (String[] each :
        new String[][] {
          {"exit 42", "Exited[code=42]"}, {"kill -9 $$", "Killed[signal=SIGKILL, core=false]"}
        }) {
      ProgramBuilder p = Program.builder(EnumSet.of(Namespace.PID));
      p.beInit();
      p.exec(
          "/bin/sh", List.of("sh", "-c", "sleep 0.1; " + each[0]), List.of("PATH=/bin:/usr/bin"));
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        ProcessIdentity main = ProcessIdentity.of(child.mainPid().orElseThrow()).orElseThrow();
        try (Pidfd stranger = Pidfd.open(main).orElseThrow()) {
          assertEquals(Optional.empty(), stranger.status());
          WaitStatus status = stranger.await();
          Assumptions.assumeFalse(
              status instanceof WaitStatus.Unknown, "no PIDFD_INFO_EXIT before Linux 6.15");
          assertEquals(each[1], status.toString());
        }
        child.pidfd().await();
      }
    }
  }

  @Test
  void waitsNoLongerThanItIsTold() {
    try (Child child = sleeper()) {
      long start = System.nanoTime();
      assertEquals(Optional.empty(), child.pidfd().await(Duration.ofMillis(50)));
      assertTrue(System.nanoTime() - start >= 50_000_000);
      assertTrue(child.pidfd().signal(Signal.TERM));
      WaitStatus status = child.pidfd().await();
      assertEquals(new WaitStatus.Killed(Signal.TERM, false), status);
      assertEquals(143, status.shellCode());
      assertEquals(status, child.pidfd().await(), "told again");
      assertFalse(child.pidfd().isAlive());
      assertFalse(child.pidfd().signal(Signal.TERM));
    }
  }

  /** Traces the process of that number, says so, and looks at nothing until its input ends. */
  private static final String TRACER =
      """
      import ctypes, os, sys
      libc = ctypes.CDLL(None, use_errno=True)
      assert libc.ptrace(0x4206, int(sys.argv[1]), 0, 0) == 0, ctypes.get_errno() # PTRACE_SEIZE
      print("traces", flush=True)
      sys.stdin.read()
      """;

  @Test
  @DisplayName(
      "R-REAP-05 a child whose tracer does not look is known to have ended, and reaped later")
  void tellsHowATracedChildEnded() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/python3")), "no python3 to trace with");
    try (Child child = sleeper()) {
      Process tracer =
          new ProcessBuilder("python3", "-c", TRACER, Integer.toString(child.pid()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      assertEquals("traces", tracer.inputReader().readLine());
      ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow();
      child.pidfd().signal(Signal.KILL);
      assertEquals(new WaitStatus.Killed(Signal.KILL, false), child.pidfd().await());
      assertEquals('Z', new ProcessView(child.pid()).status("State").charAt(0));
      tracer.getOutputStream().close();
      assertEquals(0, tracer.waitFor());
      Eventually.is("it is reaped", () -> !Files.exists(Path.of("/proc/" + identity.pid())), 1000);
    }
  }

  @Test
  void takesADescriptor() {
    ProgramBuilder p = Program.builder(Set.of());
    try (Fd file = MemoryFile.create("shared")) {
      p.inherit(file);
      p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        assertEquals(Set.of(0, 1, 2, 3), new ProcessView(child.pid()).descriptors().keySet());
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
        file.write(text, 0, text.length);
        try (Fd taken = child.pidfd().getFd(3)) {
          Kernel.call(Nr.LSEEK, taken.number(), 0, 0);
          byte[] read = new byte[5];
          assertEquals(5, taken.read(read, 0, 5));
          assertEquals("hello", new String(read, StandardCharsets.UTF_8));
        }
        assertThrows(SyscallException.class, () -> child.pidfd().getFd(77).close());
        child.pidfd().signal(Signal.KILL);
        child.pidfd().await();
      }
    }
  }

  private static Child sleeper() {
    ProgramBuilder p = Program.builder(Set.of());
    p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
    Child child = launcher.launch(p.build());
    child.awaitStarted();
    return child;
  }
}
