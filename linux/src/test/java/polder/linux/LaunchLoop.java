package polder.linux;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A JVM of its own that launches, for tests that trace or kill it.
 *
 * <p>Arguments: how many programs each of two threads launches, and whether the processes are
 * released ("go") or left waiting ("wait"). Says "ready" when the launcher runs.
 */
final class LaunchLoop {
  private LaunchLoop() {}

  public static void main(String[] arguments) throws Exception {
    int count = Integer.parseInt(arguments[0]);
    boolean release = arguments[1].equals("go");
    try (Launcher launcher = Launcher.start();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      System.out.println("ready");
      for (int i = 0; i < 2; i++) {
        threads.execute(
            () -> {
              for (int n = 0; n < count; n++) {
                launch(launcher, release);
              }
            });
      }
    }
  }

  private static void launch(Launcher launcher, boolean release) {
    ProgramBuilder p =
        Program.builder(EnumSet.of(Namespace.USER, Namespace.PID, Namespace.MOUNT, Namespace.UTS));
    p.waitForGo();
    p.process().setHostname("loop");
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    p.mounts().mount("tmpfs", "/tmp", "tmpfs", 0, "");
    p.files().mkdir(Operand.AT_FDCWD, "/tmp/a", 0755);
    p.mounts().mount("/tmp", "/tmp/a", "", MountSteps.MS_BIND, "");
    p.waitForGo();
    p.exec("/bin/busybox", List.of("true"), List.of());
    Child child = launcher.launch(p.build());
    UserNamespace.map(child.pid(), IdMap.of(0, 65_536), IdMap.of(0, 65_536));
    child.go();
    child.awaitReady();
    if (release) {
      child.go();
      child.awaitStarted();
      child.pidfd().await();
      child.close();
    }
  }
}
