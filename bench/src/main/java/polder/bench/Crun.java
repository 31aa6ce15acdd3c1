package polder.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import polder.linux.CgroupHost;
import polder.linux.Namespace;

/** The peer: crun, the fastest of the OCI runtimes, with bundles that are made beforehand. */
final class Crun implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Stage stage;
  private final Path program;
  private final Keeper keeper;
  private final Path directory;
  private final String cgroup;
  private final List<String> sleepers = new ArrayList<>(); // grows while nobody uses it
  private int bundles;

  private Crun(Stage stage, Path program, Keeper keeper, Path directory, String cgroup) {
    this.stage = stage;
    this.program = program;
    this.keeper = keeper;
    this.directory = directory;
    this.cgroup = cgroup;
  }

  /** The stage's crun. */
  static Crun of(Stage stage) {
    return stage.prop(Crun.class, Crun::make);
  }

  private static Crun make(Stage stage) {
    Path program =
        Command.find("crun").orElseThrow(() -> new Missing("no crun here: apt install crun"));
    Keeper keeper = Keeper.ofMounts(stage, _ -> {});
    return new Crun(
        stage,
        program,
        keeper,
        stage.memory().resolve("crun"),
        "polder-bench-" + ProcessHandle.current().pid());
  }

  /**
   * {@code crun run} of /bin/true, from start to its end, as everybody runs it: with Docker's
   * seccomp profile, and in control groups of its own whether anything is limited or not.
   */
  Contender run(boolean limited) {
    return run(limited, OciSeccomp.Width.DOCKER, "cgroupfs");
  }

  /** {@code crun run} at its fastest: a filter for x86-64 alone, and no control groups at all. */
  Contender runLean() {
    return run(false, OciSeccomp.Width.NATIVE, "disabled");
  }

  private Contender run(boolean limited, OciSeccomp.Width seccomp, String cgroups) {
    String id = bundle(limited, seccomp, "/bin/true");
    Command run = command(cgroups, "run", "--bundle", path(id), id);
    return () -> Contender.milliseconds(run::run);
  }

  /** {@code crun exec} of /bin/true in a container that sleeps. */
  Contender exec() {
    String id = bundle(true, OciSeccomp.Width.DOCKER, "/bin/sleep", "1000000");
    command("cgroupfs", "run", "--detach", "--bundle", path(id), id).run();
    Command exec = command("cgroupfs", "exec", id, "/bin/true");
    Command delete = command("cgroupfs", "delete", "--force", id);
    return new Contender() {
      @Override
      public double measure() {
        return Contender.milliseconds(exec::run);
      }

      @Override
      public void close() {
        delete.run();
      }
    };
  }

  /** Containers that sleep, up to {@code size} of them; their bundles are written now. */
  Crowd.Member members(int size) {
    while (sleepers.size() < size) {
      sleepers.add(bundle(false, OciSeccomp.Width.DOCKER, "/bin/sleep", "1000000"));
    }
    return new Crowd.Member() {
      @Override
      public void start(int number) {
        String id = sleepers.get(number);
        command("cgroupfs", "run", "--detach", "--bundle", path(id), id).run();
      }

      @Override
      public void delete(int number) {
        command("cgroupfs", "delete", "--force", sleepers.get(number)).run();
      }
    };
  }

  private String bundle(boolean limited, OciSeccomp.Width seccomp, String... command) {
    String id = "polder-bench-" + ProcessHandle.current().pid() + "-" + bundles++;
    OciBundle.write(
        Path.of(path(id)),
        Userland.of(stage).root(),
        cgroup + "/" + id,
        limited,
        seccomp,
        List.of(command));
    return id;
  }

  private String path(String id) {
    return stage.directory().resolve("bundle-" + id).toString();
  }

  private Command command(String cgroups, String... words) {
    List<String> all = new ArrayList<>();
    all.add(program.toString());
    all.add("--root=" + directory);
    all.add("--cgroup-manager=" + cgroups);
    all.addAll(List.of(words));
    return Command.in(keeper.pidfd(), Namespace.MOUNT, stage, all);
  }

  @Override
  public void close() {
    keeper.close();
    CgroupHost.own().group(cgroup).delete(PATIENCE);
  }
}
