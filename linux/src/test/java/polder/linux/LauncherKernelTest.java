package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LauncherKernelTest {
  private static Launcher launcher;

  @BeforeAll
  static void start() {
    launcher = Launcher.start();
  }

  @AfterAll
  static void stop() {
    launcher.close();
  }

  @Test
  void runsAProgramAndTellsHowItEnded() {
    ProgramBuilder p = Program.builder(Set.of());
    p.exec("/bin/sh", List.of("sh", "-c", "exit 7"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      assertEquals(new WaitStatus.Exited(7), child.pidfd().await());
    }
  }

  @Test
  void namesTheStepThatFailed() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT));
    p.mounts().mount("proc", "/nowhere", "proc", 0, "");
    p.exec("/bin/true", List.of("true"), List.of());
    try (Child child = launcher.launch(p.build())) {
      LaunchException e = assertThrows(LaunchException.class, child::awaitStarted);
      assertEquals("mount proc on /nowhere: ENOENT (no such file or directory)", e.getMessage());
    }
  }

  @Test
  void waitsForGoAndIsInitForItsChild() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.PID, Namespace.MOUNT));
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    p.mounts().mount("proc", "/proc", "proc", 0, "");
    p.waitForGo();
    p.beInit();
    p.exec("/bin/sh", List.of("sh", "-c", "test $$ = 2 && exit 9"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitReady();
      assertTrue(child.pidfd().isAlive());
      child.go();
      child.awaitStarted();
      assertTrue(child.mainPid().isPresent());
      assertEquals(new WaitStatus.Exited(9), child.pidfd().await());
    }
  }
}
