package polder.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import polder.linux.CgroupHost;
import polder.linux.Namespace;

/**
 * The peer of the whole command line: podman with crun, no daemon, its storage in the stage's
 * directory. Places that it writes to however it is called are file systems in memory, in a mount
 * namespace of its own: nothing of it stays.
 *
 * <p>No network, and limits of descriptors and processes, because raising them is not allowed
 * everywhere.
 */
final class Podman implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final List<String> SCRATCH =
      List.of("/run", "/dev/shm", "/var/lib", "/var/cache", "/etc/cni");

  private final Stage stage;
  private final Path program;
  private final Keeper keeper;
  private final Path directory;
  private final String cgroup = "polder-bench-" + ProcessHandle.current().pid() + "-podman";

  private Podman(Stage stage, Path program, Keeper keeper) {
    this.stage = stage;
    this.program = program;
    this.keeper = keeper;
    this.directory = stage.directory().resolve("podman");
  }

  /** The stage's podman, which has the userland as image. */
  static Podman of(Stage stage) {
    return stage.prop(Podman.class, Podman::make);
  }

  private static Podman make(Stage stage) {
    Path program =
        Command.find("podman").orElseThrow(() -> new Missing("no podman here: apt install podman"));
    if (Command.find("crun").isEmpty()) {
      throw new Missing("no crun for podman here: apt install crun");
    }
    Path tarball = Userland.of(stage).tarball();
    Keeper keeper =
        Keeper.ofMounts(
            stage,
            mounts ->
                SCRATCH.stream()
                    .filter(each -> Files.isDirectory(Path.of(each)))
                    .forEach(each -> mounts.mount("none", each, "tmpfs", 0, "")));
    Podman made = new Podman(stage, program, keeper);
    try {
      made.command("import", tarball.toString(), ZoneHost.IMAGE).run();
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  /** {@code podman run --rm} of true, from start to its end. */
  Contender run() {
    return run(ZoneHost.IMAGE);
  }

  /** As {@link #run()}, of the image with ten layers. */
  Contender runLayers() {
    command("load", "--quiet", "--input", Layers.of(stage).archive().toString()).run();
    return run(Layers.NAME);
  }

  private Contender run(String image) {
    Command run =
        command(
            "run",
            "--rm",
            "--network=none",
            "--ulimit=nofile=1024:1024",
            "--ulimit=nproc=1024:1024",
            "--cgroup-parent=/" + cgroup,
            image,
            "true");
    return () -> Contender.milliseconds(run::run);
  }

  private Command command(String... words) {
    List<String> all = new ArrayList<>();
    all.add(program.toString());
    all.add("--root=" + directory.resolve("root"));
    all.add("--runroot=/run/polder-bench"); // 50 characters at most
    all.add("--tmpdir=/run/polder-bench-tmp");
    all.add("--network-config-dir=" + directory.resolve("network"));
    all.add("--cgroup-manager=cgroupfs");
    all.add("--events-backend=file");
    all.add("--runtime=crun");
    all.addAll(List.of(words));
    return Command.in(keeper.pidfd(), Namespace.MOUNT, stage, all);
  }

  @Override
  public void close() {
    keeper.close();
    CgroupHost.own().group(cgroup).delete(PATIENCE);
  }
}
