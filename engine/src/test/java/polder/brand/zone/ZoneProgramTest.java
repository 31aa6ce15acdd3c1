package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import polder.brand.Stdio;
import polder.linux.Capability;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.Pipe;
import polder.linux.SeccompFilter;
import polder.linux.SeccompProfile;

/** The order of a zone's steps, in which its safety lies. */
class ZoneProgramTest {
  /** Of no hierarchy. */
  private static final Cgroup GROUP =
      new CgroupHost(Map.of(), Optional.empty(), Set.of()).group("polder/web");

  private final Pipe pipe = Pipe.open(); // any descriptors: nothing is launched

  @AfterEach
  void close() {
    pipe.close();
  }

  private Blueprint blueprint(long uid, boolean nnp, boolean tty, Blueprint.First first) {
    return new Blueprint(
        "web",
        "local",
        true,
        new RootMount.Overlay(
            List.of(pipe.reader(), pipe.reader()), pipe.writer(), "upper", "work"),
        true,
        List.of(new Attachment.Memory("/tmp", List.of("size=1m"), 0)),
        List.of("/data"),
        List.of(),
        Map.of("net.core.somaxconn", "5"),
        GROUP.entrance(),
        new Stdio(pipe.reader(), pipe.writer(), pipe.writer()),
        Optional.empty(),
        tty,
        first,
        new Command(List.of("prog"), Map.of("PATH", "/a:/b"), "/work"),
        new Confinement(
            new Account(uid, uid, List.of(uid), "/", "u"),
            Capability.zone(),
            Optional.of(SeccompFilter.of(SeccompProfile.zone())),
            nnp,
            List.of(new ResourceLimit(7, 1024, 4096))));
  }

  private static void assertOrder(List<String> steps, String... names) {
    int at = -1;
    for (String name : names) {
      int found = steps.subList(at + 1, steps.size()).indexOf(name);
      assertTrue(found >= 0, "'%s' is not after step %d of %s".formatted(name, at, steps));
      at += 1 + found;
    }
  }

  private List<String> steps(long uid, boolean nnp, boolean tty, Blueprint.First first) {
    return ZoneProgram.of(blueprint(uid, nnp, tty, first)).stepNames();
  }

  @Test
  void theRootIsTheOnlyOneBeforeAnythingIsMountedIntoIt() {
    List<String> steps = steps(0, false, false, Blueprint.First.INIT);
    assertOrder(
        steps,
        "wait for go",
        "set uid 0",
        "make namespaces [CGROUP]",
        "set host name web",
        "mount none on /",
        "make a proc mount",
        "write sysctl net.core.somaxconn",
        "mount on a stage for the root",
        "mount overlay on root",
        "check that . can be written",
        "pivot_root to .",
        "unmount .",
        "change directory to /",
        "mount on /tmp",
        "mount on /proc",
        "mount on /sys",
        "mount on /dev",
        "mount on /dev/null",
        "mount on /dev/pts",
        "mount on /proc/sys, read-only",
        "mount_setattr /",
        "close descriptors 4 to 2147483647",
        "set umask",
        "wait for go",
        "set groups [0]",
        "drop capability 2 from the bounding set",
        "set uid 0",
        "open /work",
        "install the seccomp filter",
        "set capabilities",
        "block signals",
        "fork the main process",
        "unblock signals",
        "begin a session",
        "execute /a/prog",
        "execute /b/prog");
  }

  @Test
  void afterTheFilterOnlyCapabilitiesAndTheSessionFollow() {
    for (long uid : List.of(0L, 1000L)) {
      for (boolean nnp : List.of(false, true)) {
        List<String> steps = steps(uid, nnp, true, Blueprint.First.PROGRAM);
        int filter = steps.indexOf("install the seccomp filter");
        assertEquals(
            List.of(
                "set capabilities",
                "begin a session",
                "take the terminal",
                "execute /a/prog",
                "execute /b/prog",
                "exit"),
            steps.subList(filter + 1, steps.size()));
        assertEquals(nnp, steps.get(filter - 1).equals("set no_new_privs"));
        assertEquals(uid != 0 && !nnp, steps.contains("set keepcaps"));
      }
    }
  }

  @Test
  void whatLeadsToTheHostIsClosedBeforeTheZonesUserIsTaken() {
    List<String> steps = steps(1000, false, true, Blueprint.First.PROGRAM);
    assertOrder(
        steps,
        "mount on /dev/console",
        "close descriptors 4 to 299",
        "close descriptors 301 to 2147483647",
        "wait for go",
        "close a descriptor",
        "set uid 1000",
        "open /work");
  }

  @Test
  void aZoneThatRunsNothingIsHeldToTheSame() {
    List<String> steps = steps(0, false, false, Blueprint.First.IDLE);
    assertOrder(steps, "install the seccomp filter", "set capabilities", "become the init");
    assertFalse(steps.stream().anyMatch(step -> step.startsWith("execute")));
  }
}
