package polder.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import polder.linux.Cgroup;
import polder.linux.CgroupEntrance;
import polder.linux.CgroupHost;
import polder.linux.CgroupLimits;
import polder.linux.Child;
import polder.linux.DeviceRule;
import polder.linux.IdMap;
import polder.linux.Launcher;
import polder.linux.MountSteps;
import polder.linux.Namespace;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.linux.UserNamespace;
import polder.linux.WaitStatus;

/**
 * What the launcher alone needs: all namespaces and ids of its own, the userland bound as root,
 * /proc, /bin/true. No image, no control group, no sandbox, nothing written to disk: what a whole
 * zone takes beyond this is the engine and the sandbox.
 */
final class BareZone {
  private static final Set<Namespace> NAMESPACES =
      EnumSet.of(
          Namespace.MOUNT,
          Namespace.PID,
          Namespace.NET,
          Namespace.IPC,
          Namespace.UTS,
          Namespace.CGROUP,
          Namespace.USER);
  private static final IdMap IDS = IdMap.of(OciBundle.FIRST_ID, OciBundle.IDS);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** null, zero, full, tty, random, urandom, ptmx. */
  private static final List<String> DEVICES =
      List.of(
          "c 1:3 rwm",
          "c 1:5 rwm",
          "c 1:7 rwm",
          "c 5:0 rwm",
          "c 1:8 rwm",
          "c 1:9 rwm",
          "c 5:2 rwm");

  private BareZone() {}

  /** /bin/true as a new zone's only process, from start to its end. */
  static Contender start(Stage stage) {
    Program program = program(stage, List.of("/bin/true"));
    return () -> Contender.milliseconds(() -> toItsEnd(stage.launcher(), program));
  }

  /** As {@link #start}, in control groups of its own with the limits of {@link OciBundle}. */
  static Contender startLimited(Stage stage) {
    CgroupHost host = CgroupHost.own();
    String path = "polder-bench-" + ProcessHandle.current().pid() + "/bare";
    CgroupLimits limits =
        CgroupLimits.NONE
            .withMemory(OciBundle.MEMORY, 0)
            .withPids(OciBundle.PIDS)
            .withCpu(OptionalLong.of(OciBundle.CPU_SHARES), OptionalLong.empty());
    List<DeviceRule> devices = DEVICES.stream().map(DeviceRule::parse).toList();
    return () ->
        Contender.milliseconds(
            () -> {
              Cgroup cgroup = host.group(path);
              cgroup.create();
              cgroup.limit(limits);
              if (host.limitsDevices()) {
                cgroup.allowOnly(devices);
              }
              try (CgroupEntrance entrance = cgroup.entrance()) {
                ProgramBuilder program = Program.builder(NAMESPACES);
                program.enter(entrance);
                toItsEnd(stage.launcher(), program(program, stage, List.of("/bin/true")));
              } finally {
                cgroup.delete(PATIENCE);
              }
            });
  }

  /** /bin/true as one more process of a zone that sleeps. */
  static Contender enter(Stage stage) {
    Child zone = launch(stage.launcher(), program(stage, List.of("/bin/sleep", "1000000")));
    zone.awaitStarted();
    ProgramBuilder p = Program.builder(Set.of());
    p.process().joinNamespaces(p.pass(zone.pidfd().fd()), NAMESPACES);
    p.forkOn();
    asRoot(p);
    p.exec("/bin/true", List.of("true"), List.of());
    Program program = p.build();
    return new Contender() {
      @Override
      public double measure() {
        return Contender.milliseconds(
            () -> {
              try (Child child = stage.launcher().launch(program)) {
                check(child);
              }
            });
      }

      @Override
      public void close() {
        zone.pidfd().signal(Signal.KILL);
        zone.pidfd().await();
        zone.close();
      }
    };
  }

  /** As {@link #start}, born into a control group of version 2 that is there already. */
  static Contender born(Stage stage) {
    return grouped(stage, false);
  }

  /**
   * As {@link #born}, of a process that was made with its namespaces before, in the launcher's
   * group, and has to move into its own: what a pool of prepared launches would have to do.
   */
  static Contender prepared(Stage stage) {
    return grouped(stage, true);
  }

  private static Contender grouped(Stage stage, boolean before) {
    CgroupHost host = CgroupHost.own();
    Cgroup cgroup =
        host.group("polder-bench-%d/%b".formatted(ProcessHandle.current().pid(), before));
    cgroup.create();
    CgroupEntrance entrance = cgroup.entrance();
    ProgramBuilder builder = Program.builder(NAMESPACES);
    if (!before) {
      builder.bornIn(entrance);
    }
    Program program = program(builder, stage, List.of("/bin/true"), before ? moved(cgroup) : "");
    return new Contender() {
      @Override
      public double measure() {
        if (!before) {
          return Contender.milliseconds(() -> toItsEnd(stage.launcher(), program));
        }
        try (Child child = stage.launcher().launch(program)) {
          child.awaitReady();
          return Contender.milliseconds(
              () -> {
                UserNamespace.map(child.pid(), IDS, IDS);
                child.go();
                check(child);
              });
        }
      }

      @Override
      public void close() {
        entrance.close();
        cgroup.delete(PATIENCE);
      }
    };
  }

  /** The file by which a process moves itself into a group of version 2. */
  private static String moved(Cgroup cgroup) {
    Path hybrid = Path.of("/sys/fs/cgroup/unified");
    Path root = Files.exists(hybrid) ? hybrid : Path.of("/sys/fs/cgroup");
    return root.resolve(cgroup.path()).resolve("cgroup.procs").toString();
  }

  private static Program program(Stage stage, List<String> command) {
    return program(Program.builder(NAMESPACES), stage, command);
  }

  private static Program program(ProgramBuilder p, Stage stage, List<String> command) {
    return program(p, stage, command, "");
  }

  private static Program program(
      ProgramBuilder p, Stage stage, List<String> command, String group) {
    Path root = Userland.of(stage).root();
    p.waitForGo();
    if (!group.isEmpty()) {
      p.files().write(group, "0"); // itself
    }
    asRoot(p);
    p.process().setHostname("bench");
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    p.mounts().mount(root.toString(), root.toString(), "", MountSteps.MS_BIND, "");
    p.files().chdir(root.toString());
    long safe = MountSteps.MS_NOSUID | MountSteps.MS_NODEV | MountSteps.MS_NOEXEC;
    p.mounts().mount("proc", "proc", "proc", safe, "");
    p.mounts().pivotRoot(".", ".");
    p.mounts().umount(".", MountSteps.MNT_DETACH);
    p.files().chdir("/");
    p.exec(command.getFirst(), command, List.of());
    return p.build();
  }

  private static void asRoot(ProgramBuilder p) {
    p.process().setGroups(List.of());
    p.process().setGid(0);
    p.process().setUid(0);
  }

  private static void toItsEnd(Launcher launcher, Program program) {
    try (Child child = launch(launcher, program)) {
      check(child);
    }
  }

  private static Child launch(Launcher launcher, Program program) {
    Child child = launcher.launch(program);
    try {
      UserNamespace.map(child.pid(), IDS, IDS);
      child.go();
      return child;
    } catch (RuntimeException e) {
      child.close();
      throw e;
    }
  }

  private static void check(Child child) {
    WaitStatus status = child.pidfd().await();
    if (!status.equals(new WaitStatus.Exited(0))) {
      child.awaitStarted(); // says which step failed
      throw new IllegalStateException("/bin/true ended with " + status.shellCode());
    }
  }
}
