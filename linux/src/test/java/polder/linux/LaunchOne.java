package polder.linux;

import java.util.List;
import java.util.Set;

/**
 * A JVM of its own that launches one shell, for tests of what a child inherits. Argument: its
 * script.
 */
final class LaunchOne {
  private LaunchOne() {}

  public static void main(String[] arguments) {
    ProgramBuilder p = Program.builder(Set.of());
    p.exec(
        "/bin/sh",
        List.of("sh", "-c", arguments[0]),
        List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    try (Launcher launcher = Launcher.start();
        Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      System.exit(child.pidfd().await().shellCode());
    }
  }
}
