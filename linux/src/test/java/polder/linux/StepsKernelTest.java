package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of step does what it says, and says its name when it cannot. */
@Tag("kernel")
class StepsKernelTest {
  private static final Operand BAD = Operand.of(-1);
  private static Launcher launcher;

  @TempDir Path directory;

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
  void saysWhichStepFailed() {
    Map<String, Consumer<ProgramBuilder>> steps = new LinkedHashMap<>();
    String none = "/nowhere/x";
    Operand here = Operand.AT_FDCWD;
    steps.put("mount proc on /nowhere/x: ENOENT", p -> p.mounts().mount("", none, "proc", 0, ""));
    steps.put(
        "mount /a on /nowhere/x: ENOENT",
        p -> p.mounts().mount("/a", none, "", MountSteps.MS_BIND, ""));
    steps.put("unmount /nowhere/x: ENOENT", p -> p.mounts().umount(none, 0));
    steps.put("pivot_root to /nowhere/x: ENOENT", p -> p.mounts().pivotRoot(none, none));
    steps.put("open_tree /nowhere/x: ENOENT", p -> p.mounts().openTree(here, none, 0));
    steps.put(
        "move_mount to /nowhere/x: ENOENT", p -> p.mounts().moveMount(here, "/", here, none, 0));
    steps.put(
        "mount_setattr /nowhere/x: ENOENT", p -> p.mounts().mountSetattr(here, none, 0, 1, 0, 0));
    steps.put(
        "map the ids of a mount: EINVAL",
        p -> p.mounts().idmap(BAD, new Operand.Constant(0), true));
    steps.put("fsopen nofs: ENODEV", p -> p.mounts().fsopen("nofs"));
    steps.put(
        "fsconfig a: EINVAL", p -> p.mounts().fsconfigString(p.mounts().fsopen("tmpfs"), "a", "b"));
    steps.put("fsconfig ro: EINVAL", p -> p.mounts().fsconfigFlag(BAD, "ro"));
    steps.put("fsconfig lowerdir+: EINVAL", p -> p.mounts().fsconfigFd(BAD, "lowerdir+", BAD));
    steps.put("create the file system: EINVAL", p -> p.mounts().fsconfigCreate(BAD));
    steps.put("fsmount: EBADF", p -> p.mounts().fsmount(BAD, 0));
    steps.put("open /nowhere/x: ENOENT", p -> p.files().open(here, none, 0, 0));
    steps.put("close a descriptor: EBADF", p -> p.files().close(BAD));
    steps.put("close descriptors 9 to 8: EINVAL", p -> p.files().closeRange(9, 8));
    steps.put("make descriptor 5: EBADF", p -> p.files().dup2(BAD, 5));
    steps.put("make descriptor 6: EBADF", p -> p.files().dup3(BAD, 6));
    steps.put("change directory to /nowhere/x: ENOENT", p -> p.files().chdir(none));
    steps.put("change directory: EBADF", p -> p.files().fchdir(BAD));
    steps.put("change root to /nowhere/x: ENOENT", p -> p.files().chroot(none));
    steps.put("make directory /: EEXIST", p -> p.files().mkdir(here, "/", 0755));
    steps.put("make symbolic link /: EEXIST", p -> p.files().symlink("a", here, "/"));
    steps.put("make node /: EEXIST", p -> p.files().makeCharacterDevice(here, "/", 0600, 1, 3));
    steps.put("change the mode of /nowhere/x: ENOENT", p -> p.files().chmod(here, none, 0600));
    steps.put("change the owner of /nowhere/x: ENOENT", p -> p.files().chown(here, none, 1, 1));
    steps.put("write /nowhere/x: ENOENT", p -> p.files().write(none, "a"));
    steps.put(
        "write /proc/self/uid_map: EPERM", p -> p.files().write("/proc/self/uid_map", "a b c"));
    steps.put(
        "join namespaces [PID]: EBADF",
        p -> p.process().joinNamespaces(BAD, Set.of(Namespace.PID)));
    steps.put("set host name ", p -> p.process().setHostname("x".repeat(65)));
    steps.put("set domain name ", p -> p.process().setDomainname("x".repeat(65)));
    steps.put(
        "begin a session: EPERM",
        p -> {
          p.process().newSession();
          p.process().newSession();
        });
    steps.put("take the terminal: EBADF", p -> p.process().takeTerminal(BAD));
    steps.put(
        "set uid 5: EPERM",
        p -> {
          p.process().setUid(4);
          p.process().setUid(5);
        });
    steps.put(
        "set gid 5: EPERM",
        p -> {
          p.process().setUid(4);
          p.process().setGid(5);
        });
    steps.put(
        "set groups [5]: EPERM",
        p -> {
          p.process().setUid(4);
          p.process().setGroups(List.of(5));
        });
    steps.put(
        "drop capability 63 from the bounding set: EINVAL",
        p -> p.process().boundingSet(~(1L << 63), 63));
    steps.put("set capabilities: EPERM", p -> p.process().capabilities(1, 0, 0));
    steps.put("raise ambient capability 0: EPERM", p -> p.process().raiseAmbient(0));
    steps.put("set securebits: EPERM", p -> p.process().secureBits(1L << 20));
    steps.put("set resource limit 7: EINVAL", p -> p.process().limit(7, 9, 8));
    steps.put("set scheduling policy: EINVAL", p -> p.process().scheduler(77, 0));
    steps.put("set io priority: EINVAL", p -> p.process().ioPriority(7, 0));
    steps.put("write /proc/self/oom_score_adj: EINVAL", p -> p.process().oomScoreAdj(5000));
    steps.put("install the seccomp filter: EINVAL", p -> p.process().seccomp(new byte[8], 0));
    steps.put("anything: EBADF", p -> p.call("anything", Nr.FSYNC, BAD));
    List<String> wrong = new ArrayList<>();
    steps.forEach(
        (expected, step) -> {
          String said = String.valueOf(refused(step).getMessage());
          if (!said.startsWith(expected)) {
            wrong.add(said + ", not: " + expected);
          }
        });
    assertEquals(List.of(), wrong);
  }

  @Test
  void doesWhatTheStepsSay() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT, Namespace.UTS));
    String root = directory.toString();
    p.process().setName("stepping");
    p.process().umask(0);
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    Operand context = p.mounts().fsopen("tmpfs");
    p.mounts().fsconfigString(context, "mode", "0755");
    p.mounts().fsconfigCreate(context);
    Operand mount = p.mounts().fsmount(context, MountSteps.MOUNT_ATTR_NODEV);
    p.mounts().moveMount(mount, "", Operand.AT_FDCWD, root, MountSteps.MOVE_MOUNT_F_EMPTY_PATH);
    for (String each : List.of("bin", "lib", "lib64", "usr", "proc")) {
      p.files().mkdir(mount, each, 0755);
      if (!each.equals("proc")) {
        Operand tree =
            p.mounts()
                .openTree(
                    Operand.AT_FDCWD,
                    "/" + each,
                    MountSteps.OPEN_TREE_CLONE | MountSteps.AT_RECURSIVE);
        p.mounts().moveMount(tree, "", mount, each, MountSteps.MOVE_MOUNT_F_EMPTY_PATH);
      }
    }
    p.files().fchdir(mount);
    p.mounts().pivotRoot(".", ".");
    p.mounts().umount(".", MountSteps.MNT_DETACH);
    p.files().chdir("/");
    p.mounts().mount("proc", "/proc", "proc", MountSteps.MS_NOSUID, "");
    p.mounts().mountSetattr(Operand.AT_FDCWD, "/", 0, MountSteps.MOUNT_ATTR_RDONLY, 0, 0);
    p.process().setHostname("steps");
    p.process().setDomainname("example.org");
    p.process().personality(0x0040000); // ADDR_NO_RANDOMIZE, linux/personality.h
    p.process().scheduler(3, 0); // SCHED_BATCH
    p.process().ioPriority(3, 0);
    p.process().keepCapabilities(true);
    p.process().boundingSet(1L << 5, 40); // CAP_KILL
    p.process().setGroups(List.of(7, 8));
    p.process().setGid(1234);
    p.process().setUid(1234);
    p.process().capabilities(1L << 5, 1L << 5, 1L << 5);
    p.process().clearAmbient();
    p.process().raiseAmbient(5);
    p.process().noNewPrivileges();
    p.process().seccomp(allowAll(), 0);
    String script =
        """
        set -e
        want() { grep -q "$(printf "^$1:\\t$2")" /proc/self/status || exit $3; }
        [ "$(hostname)" = steps ] || exit 10
        [ "$(cat /proc/sys/kernel/domainname)" = example.org ] || exit 11
        [ "$(echo /*)" = "/bin /lib /lib64 /proc /usr" ] || exit 12
        ! (echo a >/a) 2>/dev/null || exit 13
        want Uid "1234	1234" 14
        want Groups "7 8" 15
        want CapBnd 0000000000000020 16
        want CapEff 0000000000000020 17
        want CapAmb 0000000000000020 18
        want NoNewPrivs 1 19
        want Seccomp 2 20
        [ "$(cut -d' ' -f41 /proc/self/stat)" = 3 ] || exit 22
        grep -q ' / rw*.*nodev' /proc/self/mountinfo || exit 23
        [ "$(cat /proc/self/personality 2>/dev/null || echo 00040000)" = 00040000 ] || exit 24
        exit 42
        """;
    p.exec("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"));
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      assertEquals(new WaitStatus.Exited(42), child.pidfd().await());
    }
  }

  @Test
  void skipsTheRestOfAnActThatMayFail() {
    ProgramBuilder p = Program.builder(Set.of());
    p.files().write("/nowhere/x", "a");
    p.tolerate(Errno.ENOENT);
    p.files().chdir("/nowhere");
    p.tolerateAll();
    p.exec("/bin/sh", List.of("sh", "-c", "[ $(pwd) = / ]"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      assertEquals(new WaitStatus.Exited(0), child.pidfd().await());
    }
    LaunchException e =
        refused(
            q -> {
              q.files().chdir("/nowhere");
              q.tolerate(Errno.EACCES, Errno.ENOTDIR);
            });
    assertEquals(Errno.ENOENT, e.errno().orElseThrow());
    assertThrows(IllegalArgumentException.class, () -> p.tolerate(Errno.ELOOP));
  }

  private static byte[] allowAll() {
    // BPF_RET | BPF_K with SECCOMP_RET_ALLOW
    return new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f};
  }

  private static LaunchException refused(Consumer<ProgramBuilder> step) {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT, Namespace.UTS));
    step.accept(p);
    p.exec("/bin/true", List.of("true"), List.of());
    try (Child child = launcher.launch(p.build())) {
      return assertThrows(LaunchException.class, child::awaitStarted);
    }
  }
}
